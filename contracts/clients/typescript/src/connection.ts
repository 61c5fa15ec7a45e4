import { IhalaProblem, problemOf } from './problem.js'
import { type Chosen, type Settings, chosen, isLong, rest } from './settings.js'
import { MOST_NONCES, Tokens, isTimeout } from './tokens.js'

/** One call as it goes out. `path` begins with the service: `/referral/v1/referrals`. */
export interface Call {
  method: string
  path: string
  query?: Readonly<Record<string, unknown>> | undefined
  headers?: Readonly<Record<string, string>> | undefined
  body?: unknown
  ifMatch?: string | undefined
  idempotencyKey?: string | undefined
  signal?: AbortSignal | undefined
  /** How long the answer may take, when not as long as usual, in milliseconds. */
  timeoutMs?: number | undefined
  /** The answer may go on: only its head must come in time. */
  isStream?: boolean
}

/** Sends calls: who calls, tries again what may be tried again, refusals as IhalaProblem. */
export class Connection {
  readonly settings: Chosen
  /** Tokens for Kafka alone, bound to nothing: its protocol has no proofs. */
  readonly kafka: Tokens
  private readonly tokens: Tokens

  constructor(settings: Settings) {
    this.settings = chosen(settings)
    this.tokens = new Tokens(this.settings)
    this.kafka = new Tokens({ ...this.settings, dpop: false }, 'kafka')
  }

  /** Return the answer of a call that went well (2xx), whole unless it is a stream.
   * Throws IhalaProblem, TokenRefused, TypeError (network). */
  async send(call: Call): Promise<Response> {
    const headers = this.headersOf(call)
    const mayRepeat = isSafe(call.method) || headers.has('Idempotency-Key') || call.ifMatch === undefined
    let renewed = false
    for (let tried = 1; ; tried++) {
      let wait: number | undefined
      let why: unknown
      try {
        const answer = await this.withProof(call, headers)
        if (answer.ok) return answer
        const problem = await problemOf(answer)
        if (answer.status === 401 && !renewed) {
          renewed = true // a token may be ended before its time
          this.tokens.forget()
          continue
        }
        wait = problem.retryAfterMs
        if (!isPassing(problem, mayRepeat) || tried >= this.settings.tries || isLong(wait)) throw problem
        why = problem
      } catch (error) {
        const isAway = isTimeout(error) || (error instanceof TypeError && call.signal?.aborted !== true)
        if (!isAway || !mayRepeat || tried >= this.settings.tries) throw error
        why = error
      }
      await rest(this.settings, tried, wait, why, call.signal)
    }
  }

  private async withProof(call: Call, headers: Headers): Promise<Response> {
    for (let nonces = 0; ; nonces++) {
      const answer = await this.once(call, headers)
      if (!this.tokens.note(answer) || nonces === MOST_NONCES) return answer // else again, with the nonce that came
    }
  }

  private async once(call: Call, headers: Headers): Promise<Response> {
    const all = new Headers(headers)
    for (const [name, value] of Object.entries(await this.tokens.headers(call.method, call.path))) all.set(name, value)
    const stop = new AbortController()
    const late = (): void => stop.abort(new DOMException('no answer came in time', 'TimeoutError'))
    const timer = setTimeout(late, call.timeoutMs ?? this.settings.timeoutMs)
    const signal = call.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, call.signal])
    try {
      const address = this.settings.baseUrl + call.path + queryOf(call.query)
      const request = { method: call.method, headers: all, body: bodyOf(call.body), signal, redirect: 'error' } as const
      const answer = await this.settings.fetch(address, request)
      if (call.isStream === true && answer.ok) return answer
      const body = await answer.arrayBuffer() // in time as well, and read before anybody counts the try as a good one
      return new Response(body.byteLength === 0 ? null : body, answer)
    } finally {
      clearTimeout(timer)
    }
  }

  private headersOf(call: Call): Headers {
    const headers = new Headers(call.headers)
    if (!headers.has('Accept')) headers.set('Accept', 'application/json')
    if (this.settings.language !== undefined) headers.set('Accept-Language', this.settings.language)
    if (call.ifMatch !== undefined) headers.set('If-Match', call.ifMatch)
    if (call.method === 'POST') headers.set('Idempotency-Key', call.idempotencyKey ?? crypto.randomUUID()) // the same in every try
    if (call.body !== undefined && !headers.has('Content-Type') && !isRaw(call.body)) headers.set('Content-Type', 'application/json')
    return headers
  }
}

/** Tell whether the same call may go well soon. What was refused before anything was done may always be sent again. */
function isPassing(problem: IhalaProblem, mayRepeat: boolean): boolean {
  if (problem.status === 429 || problem.slug === 'idempotency-in-progress') return true
  return mayRepeat && [502, 503, 504].includes(problem.status)
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function isRaw(body: unknown): body is BodyInit {
  return typeof body === 'string' || [Uint8Array, Blob, FormData, URLSearchParams].some(kind => body instanceof kind)
}

function bodyOf(body: unknown): BodyInit | null {
  if (body === undefined) return null
  return isRaw(body) ? body : JSON.stringify(body)
}

function queryOf(query: Readonly<Record<string, unknown>> | undefined): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null) pairs.append(name, String(one))
  }
  return pairs.size === 0 ? '' : `?${pairs}`
}
