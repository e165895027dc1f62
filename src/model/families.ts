import { CheckpointError } from '../errors/index.ts'
import { BERT } from './families/bert.ts'
import { refusedConfig } from './families/config-schema.ts'
import { GEMMA3 } from './families/gemma3.ts'
import { MODERN_BERT } from './families/modern-bert.ts'
import { QWEN3 } from './families/qwen3.ts'
import type { EncoderConfig, Family } from './family.ts'

/** The families of encoders that are read; a new one is a line here. */
export const FAMILIES: readonly Family[] = [BERT, MODERN_BERT, QWEN3, GEMMA3]

/** The family of an encoder. */
export function familyOf({ modelType }: Pick<EncoderConfig, 'modelType'>): Family {
  const family = FAMILIES.find(({ classes }) => Object.hasOwn(classes, modelType))
  if (family) return family
  throw new CheckpointError('checkpoint-config', unknownType(modelType), { facts: { modelType } })
}

/**
 * The configuration of an encoder of any family.
 * @param content what `config.json` holds
 * @param path what errors call the file
 * @throws CheckpointError for an architecture that is not read, or one with parts that are not.
 */
export function parseEncoderConfig(content: unknown, path: string): EncoderConfig {
  const type = (content as { model_type?: unknown } | null)?.model_type
  if (typeof type !== 'string') throw refusedConfig(path, 'model_type is missing or is no string')
  const family = FAMILIES.find(({ classes }) => Object.hasOwn(classes, type))
  if (!family) throw refusedConfig(path, unknownType(type))
  return family.parseConfig(content, path)
}

function unknownType(type: string): string {
  const known = FAMILIES.map(({ name, classes }) => `${Object.keys(classes).join(', ')} (${name})`)
  return `model_type ${type} is not one of ${known.join('; ')}`
}
