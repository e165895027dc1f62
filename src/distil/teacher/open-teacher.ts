import { createHash } from 'node:crypto'
import { checkpointHash } from '../../checkpoint/index.ts'
import { type LoadOptions, SentenceEncoder } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { promptedEncode } from '../prompted-encode.ts'
import { type HttpOptions, httpVectors } from './http-teacher.ts'
import { checkedVectors, type Teacher, type VectorFunction } from './teacher.ts'

export interface OpenTeacherOptions {
  /** Put before every text. Default: the model's default prompt, else nothing. */
  readonly prompt?: string
  /** Names a function's or a service's vectors; change it whenever they change. */
  readonly id?: string
  /** How a folder or a model from the hub is loaded. */
  readonly load?: LoadOptions
  /** How a service is asked. */
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
  { prompt }: OpenTeacherOptions,
): Promise<Teacher> {
  return {
    id: hashOf('encoder', await checkpointHash(encoder.checkpoint), prompt),
    vectors: checkedVectors('the teacher', promptedEncode(encoder, prompt)),
    encoder,
    dispose: nothing,
  }
}

function functionTeacher(
  vectors: VectorFunction,
  { id, prompt = '' }: OpenTeacherOptions,
): Teacher {
  if (id === undefined || id === '') {
    throw new InputError(
      'teacher-id-missing',
      'a teacher that is a function needs an id, a text that changes whenever its vectors do: its ' +
        'vectors are kept under it',
    )
  }
  return {
    id: hashOf('function', id, prompt),
    vectors: checkedVectors(`the teacher ${id}`, prompted(vectors, prompt)),
    dispose: nothing,
  }
}

function serviceTeacher(
  url: string,
  { id = '', prompt = '', service = {} }: OpenTeacherOptions,
): Teacher {
  return {
    id: hashOf('service', url, service.model, id, prompt),
    vectors: checkedVectors(url, prompted(httpVectors(url, service), prompt)),
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
