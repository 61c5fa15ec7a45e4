import type { Connection } from './connection.js'
import type { components } from './generated/events.js'
import { IhalaProblem } from './problem.js'
import { pause, rest } from './settings.js'
import { readEvents } from './sse.js'
import { isTimeout } from './tokens.js'

type Told = components['schemas']
/** Every type of event, with what it holds; an organisation sees the part of it that it may know. */
export type EventData = {
  [K in keyof Told as Told[K] extends { type?: infer T } ? T & string : never]: Partial<Omit<Told[K], 'type' | 'version'>>
}
export type EventType = keyof EventData & string

/** One event (CloudEvents 1.0). It may come twice: know it by `id`. `sequence` is its place in your organisation's feed. */
export interface CloudEvent<T extends string = string> {
  specversion: '1.0'
  id: string
  source: string
  type: T
  subject: string
  time?: string
  datacontenttype: 'application/json'
  /** Name and version of what `data` is: `urn:ihala:schema:referral.accepted.v1`. */
  dataschema?: string
  sequence: number
  /** It was sent before, and is sent again because somebody asked for it. Only webhooks say so. */
  ihalareplay?: boolean
  data: T extends EventType ? EventData[T] : Record<string, unknown>
}

/** An event and where to go on after it. */
export interface Followed {
  event: CloudEvent
  /** Keep it when the event has been dealt with; whoever begins again from it may see some events twice, and misses none.
   * Empty, it is the beginning. */
  cursor: string
}

export interface FollowOptions {
  /** The cursor to go on from; without it, or empty, from the oldest event that is kept (30 days). */
  after?: string | undefined
  /** A subscription, whose filters then apply; without it, everything your organisation may see. */
  subscriptionId?: string
  /** As they happen (server-sent events), or page by page; `stream` unless said otherwise. */
  by?: 'stream' | 'pages'
  signal?: AbortSignal
}

interface Page {
  events: CloudEvent[]
  cursor: string
}

const WAIT_SECONDS = 25
const MOST_EVENTS = 500
const SILENCE_MS = 45_000 // a stream that lives sends something every 15 s

/** The feed of your organisation's events. */
export class Events {
  constructor(private readonly connection: Connection) {}

  /** Return the cursor of now. To begin: take it, list what is open, then follow from it and drop what you know in a newer version. */
  async latest(): Promise<string> {
    return (await this.page({}, 'latest', 0)).cursor
  }

  /** Follow without end, also while the server is away; leave the loop, or abort the signal, to stop.
   * Throws IhalaProblem `cursor-too-old` (410), and what else no waiting mends. */
  follow(options: FollowOptions = {}): AsyncGenerator<Followed, void> {
    return options.by === 'pages' ? this.byPages(options) : this.byStream(options)
  }

  private async *byPages(options: FollowOptions): AsyncGenerator<Followed, void> {
    let cursor = options.after || undefined
    for (let failed = 0; ; ) {
      let page: Page
      try {
        page = await this.page(options, cursor, WAIT_SECONDS)
      } catch (error) {
        await this.wait(error, ++failed, options.signal)
        continue
      }
      failed = 0
      for (const event of page.events) {
        const isLast = event === page.events.at(-1)
        yield { event, cursor: isLast ? page.cursor : (cursor ?? '') }
      }
      cursor = page.cursor
    }
  }

  private async *byStream(options: FollowOptions): AsyncGenerator<Followed, void> {
    let cursor = options.after || undefined
    for (let failed = 0; ; ) {
      const stop = new AbortController()
      try {
        const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal])
        const headers = { Accept: 'text/event-stream', ...(cursor === undefined ? {} : { 'Last-Event-ID': cursor }) }
        const answer = await this.connection.send({ method: 'GET', path: pathOf(options), headers, signal, isStream: true })
        for await (const part of readEvents(answer, SILENCE_MS)) {
          failed = 0
          cursor = part.id ?? cursor
          if (part.data !== undefined) yield { event: JSON.parse(part.data) as CloudEvent, cursor: cursor as string }
        }
      } catch (error) {
        await this.wait(error, ++failed, options.signal)
        continue
      } finally {
        stop.abort() // the connection is not left open when the reader goes
      }
      await pause(this.connection.settings.pauseMs, options.signal)
    }
  }

  private async page(options: FollowOptions, after: string | undefined, wait: number): Promise<Page> {
    const query = { after, wait, limit: MOST_EVENTS }
    const timeoutMs = this.connection.settings.timeoutMs + wait * 1000
    const answer = await this.connection.send({ method: 'GET', path: pathOf(options), query, signal: options.signal, timeoutMs })
    return (await answer.json()) as Page
  }

  private async wait(error: unknown, failed: number, signal: AbortSignal | undefined): Promise<void> {
    const isProblem = error instanceof IhalaProblem
    const mends = isProblem ? error.status >= 500 || error.status === 429 : error instanceof TypeError || isTimeout(error)
    if (!mends || signal?.aborted === true) throw error
    await rest(this.connection.settings, failed, isProblem ? error.retryAfterMs : undefined, error, signal)
  }
}

function pathOf(options: FollowOptions): string {
  const id = options.subscriptionId
  return id === undefined ? '/notify/v1/events' : `/notify/v1/subscriptions/${encodeURIComponent(id)}/events`
}
