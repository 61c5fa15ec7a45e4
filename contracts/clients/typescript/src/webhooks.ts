import type { CloudEvent } from './events.js'
import { fromBase64 } from './signing.js'

/** What came is not from Ihala, is too old, or was changed on the way: answer 400 and do nothing. */
export class WebhookRefused extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'WebhookRefused'
  }
}

export interface VerifyOptions {
  /** How old, or how far ahead, a delivery may be; 300. */
  toleranceSeconds?: number
  /** The time to hold it against, in milliseconds. */
  now?: number
}

type Named = Headers | Readonly<Record<string, string | string[] | undefined>>

const encoder = new TextEncoder()

/** Check a delivery (Standard Webhooks) and return its event. Throws WebhookRefused.
 *
 * `keys` are those the subscription was given: `whsec_…` (a shared secret) or `whpk_…` (the public half of Ed25519); several while
 * they are rotated. `body` is the body as it came, byte for byte. */
export async function verifyWebhook(
  keys: string | readonly string[], headers: Named, body: string | Uint8Array, options: VerifyOptions = {},
): Promise<CloudEvent> {
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  const age = Math.abs((options.now ?? Date.now()) / 1000 - Number(timestamp))
  if (!/^\d{1,15}$/.test(timestamp) || age > (options.toleranceSeconds ?? 300)) throw new WebhookRefused('too old, or too new')
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  const signed = joined(encoder.encode(`${id}.${timestamp}.`), bytes)
  for (const key of typeof keys === 'string' ? [keys] : keys) {
    for (const signature of signatures.split(' ')) {
      if (await fits(key, signature, signed)) return JSON.parse(new TextDecoder().decode(bytes)) as CloudEvent
    }
  }
  throw new WebhookRefused('no signature fits')
}

async function fits(key: string, signature: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const [version, value] = signature.split(',', 2)
  const kind = key.startsWith('whpk_') ? 'v1a' : 'v1'
  if (version !== kind || value === undefined) return false
  const algorithm = kind === 'v1' ? { name: 'HMAC', hash: 'SHA-256' } : { name: 'Ed25519' }
  const imported = await crypto.subtle.importKey('raw', fromBase64(key.replace(/^wh(sec|pk)_/, '')), algorithm, false, ['verify'])
  try {
    return await crypto.subtle.verify(algorithm.name, imported, fromBase64(value), signed) // in a time that tells nothing
  } catch {
    return false // no base64, or not as long as a signature
  }
}

function headerOf(headers: Named, name: string): string {
  const given = headers instanceof Headers ? [...headers.entries()] : Object.entries(headers)
  const found = given.find(([other]) => other.toLowerCase() === name)?.[1]
  if (typeof found !== 'string') throw new WebhookRefused(`${name} is missing, or there twice`)
  return found
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
