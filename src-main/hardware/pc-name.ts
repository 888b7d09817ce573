import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'

/** The facts that a PC's first name is made of; absent where the machine does not tell. */
export interface NameFacts {
  readonly platform: NodeJS.Platform
  /** `de-AT`: the system's own. */
  readonly locale: string
  /** The name to log in by. */
  readonly account?: string | undefined
  /** The full name that belongs to the account. */
  readonly fullName?: string | undefined
  readonly vendor?: string | undefined
  readonly model?: string | undefined
  readonly isLaptop?: boolean | undefined
}

/** Accounts that no person is called by: of the system, of images of virtual machines, of nobody in particular. */
const NO_PERSON = new Set(
  'root admin administrator user users guest owner test default nobody system service daemon ubuntu debian fedora centos ec2 pi vagrant docker node runner meshwork vm pc home localhost'.split(
    ' ',
  ),
)

/** Makers of virtual machines, and the words that stand where a board's maker wrote nothing. */
const NO_MODEL =
  /qemu|kvm|bochs|virtual|vmware|xen|parallels|bhyve|firecracker|openstack|google|amazon|droplet|hvm|o\.?e\.?m|system (product|name|manufacturer|version)|default string|not (applicable|specified)|none|unknown|invalid|^\W*$/i

/** Kinds of housing that SMBIOS counts as portable (DSP0134, 7.4.1). */
const PORTABLE_CHASSIS = new Set(['8', '9', '10', '14', '30', '31', '32'])
/** Longer models are part numbers and lists of features. */
const MODEL_LENGTH_MAX = 40

/**
 * The name that a new PC has until its user chooses one, by which others know it: `Ada’s laptop`, where no person is known
 * `Lenovo ThinkPad X1`, and where the machine tells nothing `PC` with its short name. Never the host's name, which is `vm`
 * or `localhost` on one PC and a serial number on the next.
 */
export function friendlyName(facts: NameFacts, shortName: string): string {
  const owner = ownerOf(facts)
  const isGerman = facts.locale.toLowerCase().startsWith('de')
  if (owner !== undefined) {
    const kind = facts.platform === 'darwin' ? 'Mac' : facts.isLaptop === true ? 'laptop' : 'PC'
    return isGerman ? `${genitive(owner)} ${kind === 'laptop' ? 'Laptop' : kind}` : `${owner}’s ${kind}`
  }
  return modelOf(facts) ?? `PC ${shortName}`
}

/** The facts of this machine and of the account that runs it. Reads three small files; never rejects. */
export async function readNameFacts(): Promise<NameFacts> {
  const account = accountName()
  const [passwd, vendor, model, version, chassis] = await Promise.all(
    process.platform === 'linux' ? FILES.map(textOf) : [],
  )
  const fullName = passwd
    ?.split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === account)?.[4]
    ?.split(',')[0]
  return {
    platform: process.platform,
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    account,
    fullName,
    vendor,
    // Lenovo writes a part number as the product and the name that people know as its version.
    model: vendor !== undefined && /lenovo/i.test(vendor) ? version : model,
    isLaptop: chassis !== undefined && PORTABLE_CHASSIS.has(chassis),
  }
}

const DMI = '/sys/class/dmi/id'
const FILES = [
  '/etc/passwd',
  `${DMI}/sys_vendor`,
  `${DMI}/product_name`,
  `${DMI}/product_version`,
  `${DMI}/chassis_type`,
]

/** A file's text; undefined where there is none to read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return undefined
  }
}

/** The account's name; undefined for a number that has none, as in containers. */
function accountName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

/** The first name of whose account it is. */
function ownerOf({ account, fullName }: NameFacts): string | undefined {
  return firstNameIn(fullName) ?? firstNameIn(account?.split('\\').at(-1))
}

/** `ada.lovelace` and `Ada Lovelace` are Ada; `root` and `u1` are no person. */
function firstNameIn(text: string | undefined): string | undefined {
  const [first = ''] = text?.split('@')[0]?.match(/\p{Letter}[\p{Letter}\p{Mark}’'-]+/u) ?? []
  const name = first.split('-')[0] ?? ''
  if (name.length < 2 || NO_PERSON.has(name.toLowerCase())) return undefined
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** German writes no apostrophe, but after a sound that takes no s. */
function genitive(name: string): string {
  return /[sßxz]$/i.test(name) ? `${name}’` : `${name}s`
}

/** Vendor and model as they are sold. */
function modelOf({ vendor = '', model = '' }: NameFacts): string | undefined {
  if (NO_MODEL.test(model) || NO_MODEL.test(vendor) || model.length > MODEL_LENGTH_MAX) return undefined
  const maker = vendor
    .replace(/[,.]?\s*\b(inc|ltd|co|corp|corporation|gmbh|computer|electronics)\b.*$/i, '')
    .trim()
  const brand = /^lenovo$/i.test(maker) ? 'Lenovo' : maker
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${brand} ${model}`
}
