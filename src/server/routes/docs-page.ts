import { createHash } from 'node:crypto'
import { packageVersion } from '../../files/index.ts'
import type { App } from '../app.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .4rem 0 }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto; padding: .8rem; border: 1px solid #8886; border-radius: .4rem }
.method { display: inline-block; width: 4rem; font-weight: 600 }
table { border-collapse: collapse }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0 }
`

/** Only `textContent` is set, so nothing in the description can become markup. */
const SCRIPT = `
const make = (name, text, ...children) => {
  const element = document.createElement(name)
  if (text) element.textContent = text
  element.append(...children)
  return element
}
const schemas = (description) => (value) => JSON.stringify(value, (_, part) => {
  const name = part && part.$ref && part.$ref.split('/').pop()
  return name ? description.components.schemas[name] : part
}, 2)
const jsonOf = (part) => part && part.content && part.content['application/json'] &&
  part.content['application/json'].schema
const show = (description) => {
  const print = schemas(description)
  const main = document.querySelector('main')
  main.replaceChildren(make('p', description.info.description))
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, route] of Object.entries(methods)) {
      const title = make('summary', '')
      const verb = make('code', method.toUpperCase())
      verb.className = 'method'
      title.append(verb, make('code', path), ' ', route.summary || '')
      const details = make('details', '', title)
      if (route.description) details.append(make('p', route.description))
      const body = jsonOf(route.requestBody)
      if (body) details.append(make('h4', 'Body'), make('pre', print(body)))
      const table = make('table')
      for (const [status, response] of Object.entries(route.responses)) {
        table.append(make('tr', '', make('th', status), make('td', response.description)))
      }
      details.append(make('h4', 'Responses'), table)
      const good = jsonOf(route.responses[200])
      if (good) details.append(make('pre', print(good)))
      main.append(details)
    }
  }
}
const load = async (key) => {
  const headers = key ? { authorization: 'Bearer ' + key } : {}
  const response = await fetch('openapi.json', { headers })
  if (response.ok) show(await response.json())
  else document.querySelector('main').textContent = 'openapi.json: ' + response.status
}
load()
`

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** A page that shows `openapi.json`, and the policy under which it runs its own script only. */
const DOCS_PAGE = {
  html:
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>yuju: API docs</title>' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<style>${STYLE}</style></head><body><h1>yuju</h1>` +
    '<p><a href="openapi.json">openapi.json</a></p>' +
    `<main aria-live="polite">…</main><script>${SCRIPT}</script></body></html>`,
  policy:
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    `frame-ancestors 'none'; script-src ${sourceOf(SCRIPT)}; style-src ${sourceOf(STYLE)}`,
}

/** `/openapi.json`, which describes every route, and `/docs`, which shows it to people. */
export function addDocuments(app: App, { hasKeys }: { readonly hasKeys: boolean }): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  const version = packageVersion()
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'yuju',
      version,
      description: 'Sentence embeddings, for clients of OpenAI and of text-embeddings-inference.',
      license: { name: 'Apache-2.0' },
    },
    ...(hasKeys ? { security: [{ bearer: [] }] } : {}),
  })
  app.get('/docs', (call) => {
    call.header('content-security-policy', DOCS_PAGE.policy)
    return call.html(DOCS_PAGE.html)
  })
}
