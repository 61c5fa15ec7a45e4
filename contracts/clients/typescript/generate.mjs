// Writes src/generated from contracts/: the types of each service's calls, and of what events hold.
import { mkdir, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const services = ['directory', 'gateway', 'intake', 'notify', 'referral']
const here = new URL('./', import.meta.url)
const generated = new URL('src/generated/', here)
const options = { alphabetize: false, defaultNonNullable: false } // what has a default may be left out of a request

await mkdir(generated, { recursive: true })
for (const name of services) await write(name, new URL(`../../openapi/${name}.v1.json`, here))
await write('events', new URL('generated/events.json', here)) // made of contracts/schemas by `make clients-typescript`

async function write(name, document) {
  await writeFile(new URL(`${name}.ts`, generated), astToString(await openapiTS(document, options)))
}
