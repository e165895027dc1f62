import { type Checkpoint, checkpointHash } from '../checkpoint/index.ts'
import { choosePrompt, type EncodeOptions, roleOptions } from '../encoder/index.ts'
import { StoreError } from '../errors/index.ts'
import type { StoreOptions } from './store-settings.ts'
import type { VectorStore } from './vector-store.ts'

/** How the texts of a store are encoded. */
export type StoreEncoding = Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'>

/**
 * What a store for the vectors of a model needs to know: the model's hash, the prompt before every
 * text (by default the model's own for documents, if it has one), the tokens a text is truncated to, and
 * the similarity: the inner product where the model was trained for it, else the cosine.
 */
export async function modelSettings(
  checkpoint: Checkpoint,
  options: StoreEncoding = {},
): Promise<Pick<StoreOptions, 'model' | 'prompt' | 'maxLength' | 'similarity'>> {
  const sided = roleOptions('document', options, checkpoint.prompts)
  return {
    model: await checkpointHash(checkpoint),
    prompt: choosePrompt(sided, checkpoint),
    maxLength: options.maxLength ?? checkpoint.maxLength,
    similarity: checkpoint.similarity === 'dot' ? 'dot' : 'cosine',
  }
}

/** @throws StoreError when another model made the vectors of a store. */
export async function requireModel(
  { settings }: VectorStore,
  checkpoint: Checkpoint,
): Promise<void> {
  const model = await checkpointHash(checkpoint)
  if (settings.model === '' || settings.model === model) return
  throw new StoreError(
    'store-model',
    `the vectors of the store were made by another model (hash ${settings.model.slice(0, 12)}) than ` +
      `${checkpoint.folder} (${model.slice(0, 12)}); name that model, or index again elsewhere`,
    { facts: { expected: settings.model, got: model } },
  )
}

/**
 * @throws StoreError when options ask for another prompt, or to truncate texts elsewhere, than was done to
 *   the texts a store has.
 */
export function requireEncoding(
  { settings: { prompt, maxLength } }: VectorStore,
  checkpoint: Checkpoint,
  options: StoreEncoding,
): void {
  if (options.prompt !== undefined || options.promptName !== undefined) {
    const requested = choosePrompt(options, checkpoint)
    if (requested !== prompt) {
      const sides = { store: JSON.stringify(prompt), requested: JSON.stringify(requested) }
      throw otherEncoding('the prompt', sides)
    }
  }
  const requested = options.maxLength
  if (requested === undefined || maxLength === 0 || requested === maxLength) return
  throw otherEncoding('the most tokens', { store: `${maxLength}`, requested: `${requested}` })
}

function otherEncoding(
  what: string,
  sides: { readonly store: string; readonly requested: string },
): StoreError {
  return new StoreError(
    'store-encoding',
    `${what} of the texts in the store is ${sides.store}, but ${sides.requested} was requested; leave ` +
      'it out, or index again elsewhere',
    { facts: sides },
  )
}
