/** Whether the home's router lets others in to this peer, because this peer has asked it to (UPnP, NAT-PMP). */
export type PortMapping =
  /** It is not asked: switched off, or this peer listens on this machine alone. */
  | { readonly state: 'off' }
  | { readonly state: 'asking' }
  | {
      readonly state: 'mapped'
      readonly by: 'NAT-PMP' | 'UPnP'
      /** The router's public address and port, as a multiaddress. */
      readonly address: string
      readonly sinceMs: number
    }
  /** No router does it; one line says why. */
  | { readonly state: 'none'; readonly why: string }
