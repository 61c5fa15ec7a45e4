// Server-sent events as the HTML standard reads them, for what a feed sends: id and data. `fetch` sends headers, EventSource does not.

export interface Part {
  id: string | undefined
  data: string | undefined
}

/** Read an answer's parts until it ends. Throws a TimeoutError when nothing comes for so long, not even a beat. */
export async function* readEvents(answer: Response, silenceMs: number): AsyncGenerator<Part> {
  if (answer.body === null) return
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs)
      if (done) return
      const blocks = (rest + value).split(/\r\n\r\n|\n\n|\r\r/)
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield partOf(block)
    }
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

function partOf(block: string): Part {
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (name === 'id') id = value
    if (name === 'data') data.push(value ?? '')
  }
  return { id, data: data.length === 0 ? undefined : data.join('\n') }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('the stream is silent', 'TimeoutError')), ms)
  })
  try {
    return await Promise.race([work, silence])
  } finally {
    clearTimeout(timer)
  }
}
