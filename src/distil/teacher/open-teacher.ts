import { createHash } from 'node:crypto'
import { checkpointHash } from '../../checkpoint/index.ts'
import {
  choosePrompt,
  type EncodeOptions,
  type LoadOptions,
  loadSource,
  roleOptions,
  SentenceEncoder,
  type TextRole,
} from '../../encoder/index.ts'
import { InputError, TeacherError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { Reranker } from '../../rerank/index.ts'
import { promptedEncode } from '../prompted-encode.ts'
import { type HttpOptions, httpVectors } from './http-teacher.ts'
import { checkedScores } from './source-scores.ts'
import { checkedVectors, type Teacher, type VectorFunction, type VectorSource } from './teacher.ts'

/** How a teacher is loaded and its texts prompted. */
export interface OpenTeacherOptions {
  /** Put before every text. Default: the model's default prompt, else nothing. */
  readonly prompt?: string
  /**
   * Put before queries and before documents, where a data set says which of its texts are these; not of
   * a cross-encoder, which reads both at once. Default: the model's own prompts of these names, else nothing.
   */
  readonly prompts?: Partial<Readonly<Record<TextRole, string>>>
  /** Names a function's or a service's vectors; change it whenever they change. */
  readonly id?: string
  /** How a folder or a model from the hub is loaded. */
  readonly load?: LoadOptions
  /** How requests are made of a service. */
  readonly service?: HttpOptions
}

/**
 * Opens a teacher: a model folder, `owner/name` on the hub, the address of an embeddings service
 * (`https://…/v1/embeddings`), an encoder or a cross-encoder that is loaded already, or any function that gives
 * vectors. A folder that `Reranker` reads is a teacher of scores, the logits of pairs.
 * @throws InputError for a function without an `id`, and a cross-encoder with `prompts`; else as
 *   `SentenceEncoder.load`.
 */
export async function openTeacher(
  source: string | SentenceEncoder | Reranker | VectorFunction,
  options: OpenTeacherOptions = {},
): Promise<Teacher> {
  if (typeof source === 'function') return functionTeacher(source, options)
  if (source instanceof SentenceEncoder) return encoderTeacher(source, options)
  if (source instanceof Reranker) return crossEncoderTeacher(source, options)
  if (/^https?:\/\//i.test(source)) return serviceTeacher(source, options)
  return modelTeacher(source, options)
}

/** Of a folder or the hub, of either kind. */
async function modelTeacher(source: string, options: OpenTeacherOptions): Promise<Teacher> {
  const load = { precision: 'float32', ...options.load } as const
  const checkpoint = await loadSource(source, load)
  const kind = checkpoint.crossEncoder ? Reranker : SentenceEncoder
  const model = await kind.fromCheckpoint(checkpoint, load)
  return { ...(await openTeacher(model, options)), dispose: () => model.dispose() }
}

const nothing = async () => {}

async function encoderTeacher(
  encoder: SentenceEncoder,
  { prompt, prompts = {} }: OpenTeacherOptions,
): Promise<Teacher> {
  const { checkpoint } = encoder
  const hash = await checkpointHash(checkpoint)
  const source = (options: EncodeOptions): VectorSource => {
    const text = choosePrompt(options, checkpoint)
    return {
      id: hashOf('encoder', hash, text),
      vectors: checkedVectors('the teacher', promptedEncode(encoder, text)),
    }
  }
  const inRole = (role: TextRole) =>
    source(roleOptions(role, given({ prompt: prompts[role] }), checkpoint.prompts))
  return {
    ...source(given({ prompt })),
    roles: { query: inRole('query'), document: inRole('document') },
    encoder,
    dispose: nothing,
  }
}

async function crossEncoderTeacher(
  reranker: Reranker,
  { prompt, prompts }: OpenTeacherOptions,
): Promise<Teacher> {
  const { checkpoint } = reranker
  if (prompts) throw promptsOfCrossEncoder(checkpoint.folder)
  const text = choosePrompt(given({ prompt }), checkpoint)
  const options = { activation: 'identity', truncate: 'silent', prompt: text } as const
  return {
    id: hashOf('cross-encoder', await checkpointHash(checkpoint), text),
    vectors: noVectors,
    scores: checkedScores('the teacher', async (pairs, signal) => {
      const { scores } = await reranker.score(pairs, { ...options, ...given({ signal }) })
      return scores
    }),
    dispose: nothing,
  }
}

async function noVectors(): Promise<never> {
  throw new TeacherError(
    'teacher-no-vectors',
    'the teacher is a cross-encoder: it scores pairs of texts and has no vectors; expected an encoder',
  )
}

function promptsOfCrossEncoder(folder: string): InputError {
  return new InputError(
    'teacher-prompts',
    `${folder} is a cross-encoder, which reads a query and a document at once; give it prompt, which stands ` +
      'before the pair, not prompts',
    { facts: { folder } },
  )
}

function functionTeacher(vectors: VectorFunction, options: OpenTeacherOptions): Teacher {
  const { id } = options
  if (id === undefined || id === '') {
    throw new InputError(
      'teacher-id-missing',
      'a teacher that is a function needs an id, a text that changes whenever its vectors do: its ' +
        'vectors are kept under it',
    )
  }
  return promptedTeacher(checkedVectors(`the teacher ${id}`, vectors), ['function', id], options)
}

function serviceTeacher(url: string, options: OpenTeacherOptions): Teacher {
  const { id = '', service = {} } = options
  const vectors = checkedVectors(url, httpVectors(url, service))
  return promptedTeacher(vectors, ['service', url, service.model, id], options)
}

/** A teacher that knows nothing of prompts: they are put before its texts. */
function promptedTeacher(
  vectors: VectorFunction,
  parts: readonly (string | undefined)[],
  { prompt = '', prompts = {} }: OpenTeacherOptions,
): Teacher {
  const source = (text: string) => ({
    id: hashOf(...parts, text),
    vectors: prompted(vectors, text),
  })
  return {
    ...source(prompt),
    roles: { query: source(prompts.query ?? ''), document: source(prompts.document ?? '') },
    dispose: nothing,
  }
}

function prompted(vectors: VectorFunction, prompt: string): VectorFunction {
  if (prompt === '') return vectors
  return (texts, signal) =>
    vectors(
      texts.map((text) => prompt + text),
      signal,
    )
}

function hashOf(...parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
