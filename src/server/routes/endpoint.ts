import { type RouteConfig, z } from '@hono/zod-openapi'
import { readJson } from '../access/json-body.ts'
import type { App, Call } from '../app.ts'
import { FAILURES, type FailureCode, serverError, shortened } from '../failures/index.ts'

/** A route, as the documentation shows it. */
export interface Endpoint {
  readonly path: string
  readonly tag: 'OpenAI' | 'text-embeddings-inference' | 'Cohere and Jina' | 'Search' | 'Operation'
  readonly summary: string
  readonly description?: string
  /** What a good response is: JSON of a schema, text of a type, or nothing. */
  readonly response: {
    readonly description: string
    readonly schema?: z.ZodType
    readonly type?: string
  }
  readonly failures: readonly FailureCode[]
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
}

/** How failures look on the routes of OpenAI's interface. */
const openaiFailure = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.null(),
      code: z.string(),
    }),
  })
  .openapi('OpenAIError')

/** How failures look on the routes of Cohere's and Jina's interface. */
const rerankFailure = z
  .object({ message: z.string(), detail: z.string(), code: z.string() })
  .openapi('RerankError')

/** How failures look on all other routes. */
const teiFailure = z
  .object({
    error: z.string(),
    error_type: z.enum(['Unhealthy', 'Backend', 'Overloaded', 'Validation', 'Tokenizer', 'Empty']),
    code: z.string(),
  })
  .openapi('Error')

/** Adds a route that takes JSON, checked by a schema. */
export function addPost<Body>(
  app: App,
  { body, ...endpoint }: Endpoint & { readonly body: z.ZodType<Body> },
  handle: (body: Body, call: Call) => Promise<Response>,
): void {
  register(app, endpoint, {
    method: 'post',
    request: { body: { required: true, content: { 'application/json': { schema: body } } } },
  })
  app.post(endpoint.path, async (call) => {
    const checked = checkRequest(body, await readJson(call.req.raw, call.get('open').bodyLimit))
    call.set('body', checked)
    return handle(checked, call)
  })
}

/** Adds a route that is only looked at. */
export function addGet(
  app: App,
  endpoint: Endpoint,
  handle: (call: Call) => Promise<Response> | Response,
): void {
  const { params, query } = endpoint
  const request = { ...(params ? { params } : {}), ...(query ? { query } : {}) }
  register(app, endpoint, { method: 'get', request })
  app.get(endpoint.path, handle)
}

function register(
  app: App,
  { path, tag, summary, description, response, failures }: Endpoint,
  method: Pick<RouteConfig, 'method' | 'request'>,
): void {
  app.openAPIRegistry.registerPath({
    path: path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}'),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...method,
    responses: {
      200: { description: response.description, ...contentOf(response) },
      ...failureResponses(failures, failureSchema(tag)),
    },
  })
}

function failureSchema(tag: Endpoint['tag']): z.ZodType {
  if (tag === 'OpenAI') return openaiFailure
  return tag === 'Cohere and Jina' ? rerankFailure : teiFailure
}

function contentOf({ schema, type }: Endpoint['response']) {
  if (schema) return { content: { 'application/json': { schema } } }
  return type === undefined ? {} : { content: { [type]: { schema: z.string() } } }
}

/** One response a status, which says what can be behind it. */
function failureResponses(codes: readonly FailureCode[], schema: z.ZodType) {
  const causes = new Map<number, string[]>()
  for (const code of codes) {
    const { status, cause } = FAILURES[code]
    causes.set(status, [...(causes.get(status) ?? []), `\`${code}\`: ${cause}`])
  }
  const responses = [...causes].map(([status, lines]) => {
    const content = { 'application/json': { schema } }
    return [status, { description: lines.join(' '), content }] as const
  })
  return Object.fromEntries(responses)
}

/** Adds what answers methods that none of the routes of a path takes, which are all there by now. */
export function refuseOtherMethods(app: App): void {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of app.routes) {
    // Middleware is for all paths.
    if (path.includes('*')) continue
    const taken = methods.get(path) ?? new Set()
    methods.set(path, taken.add(method))
    if (method === 'GET') taken.add('HEAD')
  }
  for (const [path, taken] of methods) app.all(path, ({ req }) => refuseMethod(req, [...taken]))
}

function refuseMethod({ path, method }: Call['req'], taken: readonly string[]): never {
  const allowed = taken.join(', ')
  throw serverError('method-unknown', `${shortened(path)} takes ${allowed}, not ${method}`, {
    facts: { method, allowed },
  })
}

/** @throws ServerError that names the first field that does not fit. */
export function checkRequest<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.path.map(String).join('.') || 'the body'
  throw serverError('request-invalid', `${field}: ${issue?.message ?? 'does not fit'}`, {
    facts: { field },
    cause: result.error,
  })
}
