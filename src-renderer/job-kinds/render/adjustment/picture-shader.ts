import { type Adjustment, TONE_MAPPINGS } from './tone-mapping.ts'

/** Above so many pixels the texture has half floats: a step of 1 in 2,048 is less than 8 bits show. */
const FULL_FLOAT_PIXELS_MAX = 9_000_000

/** One triangle that covers everything. */
const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0), 0.0, 1.0);
}`

/** The formulas of tone-mapping.ts, in its order; sources are named there. */
const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D radiance;
uniform float gain;
uniform int mapping;
out vec4 pixel;

vec3 neutral(vec3 c) {
  float least = min(c.r, min(c.g, c.b));
  c -= least < 0.08 ? least - 6.25 * least * least : 0.04;
  float peak = max(c.r, max(c.g, c.b));
  const float start = 0.8 - 0.04;
  if (peak < start) return c;
  const float d = 1.0 - start;
  float newPeak = 1.0 - d * d / (peak + d - start);
  float white = 1.0 - 1.0 / (0.15 * (peak - newPeak) + 1.0);
  return mix(c * (newPeak / peak), vec3(newPeak), white);
}

vec3 reinhard(vec3 c) {
  float light = dot(c, vec3(0.2126, 0.7152, 0.0722));
  return c * ((1.0 + light / 16.0) / (1.0 + light));
}

vec3 aces(vec3 c) {
  return (c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14);
}

vec3 srgb(vec3 c) {
  c = clamp(c, 0.0, 1.0);
  return mix(12.92 * c, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, greaterThan(c, vec3(0.0031308)));
}

void main() {
  ivec2 size = textureSize(radiance, 0);
  ivec2 at = ivec2(gl_FragCoord.xy);
  vec3 light = texelFetch(radiance, ivec2(at.x, size.y - 1 - at.y), 0).rgb * gain;
  // Not a number is no light, and infinity would become one.
  vec3 c = mix(vec3(0.0), min(light, vec3(1e6)), greaterThan(light, vec3(0.0)));
  if (mapping == 0) c = neutral(c);
  else if (mapping == 2) c = reinhard(c);
  else if (mapping == 3) c = aces(c);
  pixel = vec4(srgb(c), 1.0);
}`

/** Draws a picture onto a canvas of its size, as often as it is asked to. */
export interface PictureShader {
  draw(adjustment: Adjustment): void
  stop(): void
}

/**
 * Prepares a picture (RGB, three floats a pixel, rows from the top) for drawing; undefined where this machine has no
 * WebGL 2 or none for pictures of this size. No other context may have drawn on the canvas.
 */
export function createPictureShader(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  radiance: Float32Array<ArrayBuffer>,
): PictureShader | undefined {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false })
  if (gl === null) return undefined
  const sideMax = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number
  const program = linkedProgram(gl)
  if (program === undefined || width > sideMax || height > sideMax) return undefined
  canvas.width = width
  canvas.height = height
  // Browsers give large canvases fewer pixels than were asked for.
  if (gl.drawingBufferWidth !== width || gl.drawingBufferHeight !== height) return undefined
  const texture = gl.createTexture()
  gl.bindTexture(gl.TEXTURE_2D, texture)
  for (const parameter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, parameter, gl.NEAREST)
  }
  const format = width * height > FULL_FLOAT_PIXELS_MAX ? gl.RGB16F : gl.RGB32F
  gl.texImage2D(gl.TEXTURE_2D, 0, format, width, height, 0, gl.RGB, gl.FLOAT, radiance)
  if (gl.getError() !== gl.NO_ERROR) return undefined
  const gain = gl.getUniformLocation(program, 'gain')
  const mapping = gl.getUniformLocation(program, 'mapping')
  return {
    draw({ stops, toneMapping }) {
      gl.viewport(0, 0, width, height)
      gl.useProgram(program)
      gl.uniform1f(gain, 2 ** stops)
      gl.uniform1i(mapping, TONE_MAPPINGS.indexOf(toneMapping))
      gl.drawArrays(gl.TRIANGLES, 0, 3)
    },
    stop() {
      gl.deleteTexture(texture)
      gl.deleteProgram(program)
      // Otherwise the memory stays taken until the canvas is collected.
      gl.getExtension('WEBGL_lose_context')?.loseContext()
    },
  }
}

function linkedProgram(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type)
    if (shader === null) return undefined
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : undefined
}
