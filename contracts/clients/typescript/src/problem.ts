/** One thing that is wrong with a request. */
export interface FieldError {
  pointer: string
  code: string
  expected?: string
  title?: string
}

/** Why a request was refused (RFC 9457). Programs decide by `slug`; the message is for people, in the language that was asked for. */
export class IhalaProblem extends Error {
  /** Without `urn:ihala:problem:`, for example `referral-not-found`. */
  readonly slug: string
  readonly status: number
  readonly title: string
  /** The id of the request, to quote when asking for help. */
  readonly requestId: string | undefined
  readonly pointer: string | undefined
  readonly errors: readonly FieldError[]
  /** Every member of the document, those of this one problem too. */
  readonly members: Readonly<Record<string, unknown>>
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, members: Record<string, unknown>, headers: Headers) {
    const type = text(members['type']) ?? `urn:ihala:problem:status-${status}`
    const title = text(members['title']) ?? `The server answered ${status}.`
    super(title)
    this.name = 'IhalaProblem'
    this.status = status
    this.slug = type.slice(type.lastIndexOf(':') + 1)
    this.title = title
    this.requestId = text(members['instance'])?.replace('urn:ihala:request:', '')
    this.pointer = text(members['pointer'])
    this.errors = Array.isArray(members['errors']) ? (members['errors'] as FieldError[]) : []
    this.members = members
    this.retryAfterMs = retryAfterMs(headers)
  }
}

/** Why no token was given (RFC 6749, 5.2). */
export class TokenRefused extends Error {
  constructor(readonly status: number, readonly error: string, readonly description: string | undefined) {
    super(description === undefined ? error : `${error}: ${description}`)
    this.name = 'TokenRefused'
  }
}

/** Return the problem that an answer holds; also when it is no problem document, as a proxy's on the way may not be. */
export async function problemOf(answer: Response): Promise<IhalaProblem> {
  let members: unknown = {}
  try {
    members = await answer.json()
  } catch {
    // not JSON: the status says enough
  }
  return new IhalaProblem(answer.status, isRecord(members) ? members : {}, answer.headers)
}

/** Return what Retry-After asks for, in milliseconds: it is given in seconds, or as a date. */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
