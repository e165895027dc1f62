import { createHash } from 'node:crypto'
import { checkpointHash } from '../../checkpoint/index.ts'
import {
  choosePrompt,
  type EncodeOptions,
  type LoadOptions,
  roleOptions,
  SentenceEncoder,
  type TextRole,
} from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { given } from '../../options/index.ts'
import { promptedEncode } from '../prompted-encode.ts'
import { type HttpOptions, httpVectors } from './http-teacher.ts'
import { checkedVectors, type Teacher, type VectorFunction, type VectorSource } from './teacher.ts'

/** How a teacher is loaded and its texts prompted. */
export interface OpenTeacherOptions {
  /** Put before every text. Default: the model's default prompt, else nothing. */
  readonly prompt?: string
  /**
   * Put before queries and before documents, where a data set says which of its texts are these.
   * Default: the model's own prompts of these names, else nothing.
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
 * (`https://…/v1/embeddings`), an encoder that is loaded already, or any function.
 * @throws InputError for a function without an `id`; else as `SentenceEncoder.load`.
 */
export async function openTeacher(
  source: string | SentenceEncoder | VectorFunction,
  options: OpenTeacherOptions = {},
): Promise<Teacher> {
  if (typeof source === 'function') return functionTeacher(source, options)
  if (source instanceof SentenceEncoder) return encoderTeacher(source, options)
  if (/^https?:\/\//i.test(source)) return serviceTeacher(source, options)
  const encoder = await SentenceEncoder.load(source, { precision: 'float32', ...options.load })
  return { ...(await encoderTeacher(encoder, options)), dispose: () => encoder.dispose() }
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
