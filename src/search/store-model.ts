import { type Checkpoint, checkpointHash } from '../checkpoint/index.ts'
import { choosePrompt, type EncodeOptions, roleOptions } from '../encoder/index.ts'
import { StoreError } from '../errors/index.ts'
import type { StoreOptions } from './store-settings.ts'
import type { VectorStore } from './vector-store.ts'

/** How the texts of a store are encoded. */
export type StoreEncoding = Pick<EncodeOptions, 'prompt' | 'promptName' | 'maxLength'>

/**
 * What a store for the vectors of a model needs to know: the model's hash, the prompt before every
 * text (by default the model's own for documents, if it has one), the tokens a text is cut to, and
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
 * @throws StoreError when options ask for another prompt, or to cut texts elsewhere, than was done to
 *   the texts a store has.
 */
export function requireEncoding(
  { settings: { prompt, maxLength } }: VectorStore,
  checkpoint: Checkpoint,
  options: StoreEncoding,
): void {
  if (options.prompt !== undefined || options.promptName !== undefined) {
    const asked = choosePrompt(options, checkpoint)
    if (asked !== prompt) {
      throw unlike('the prompt', { store: JSON.stringify(prompt), asked: JSON.stringify(asked) })
    }
  }
  const asked = options.maxLength
  if (asked === undefined || maxLength === 0 || asked === maxLength) return
  throw unlike('the most tokens', { store: `${maxLength}`, asked: `${asked}` })
}

function unlike(
  what: string,
  sides: { readonly store: string; readonly asked: string },
): StoreError {
  return new StoreError(
    'store-encoding',
    `${what} of the texts in the store is ${sides.store}, but ${sides.asked} was asked for; leave ` +
      'it out, or index again elsewhere',
    { facts: sides },
  )
}
