import { CheckpointError } from '../errors/index.ts'
import { requireFewTensors, type Weight, type WeightMap } from '../model/index.ts'
import { z } from '../schema/index.ts'
import { type ModelFolder, missingFile, readJson, type StoredFile } from './model-folder.ts'
import { readSafetensors } from './safetensors.ts'
import { readTorchWeights } from './torch-weights.ts'

interface WeightFormat {
  readonly file: string
  /** Names the file of each tensor where there are several. */
  readonly index: string
  readonly read: (file: StoredFile) => Promise<WeightMap>
}

/** In the order in which they are looked for: the format that cannot run code first. */
const FORMATS: readonly WeightFormat[] = [
  {
    file: 'model.safetensors',
    index: 'model.safetensors.index.json',
    read: readSafetensors,
  },
  {
    file: 'pytorch_model.bin',
    index: 'pytorch_model.bin.index.json',
    read: readTorchWeights,
  },
]

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

/**
 * The weights of a folder, under the names they are stored by; nothing but headers is read.
 * @throws CheckpointError when there are none, or they are damaged.
 */
export async function readWeightFiles(folder: ModelFolder): Promise<WeightMap> {
  for (const format of FORMATS) {
    const whole = await folder.file(format.file)
    if (whole) return format.read(whole)
    const index = await readJson(folder, format.index)
    if (index !== undefined) return readShards(folder, format, index)
  }
  throw missingFile(
    folder,
    FORMATS.map(({ file }) => file),
  )
}

async function readShards(
  folder: ModelFolder,
  format: WeightFormat,
  index: unknown,
): Promise<WeightMap> {
  const parsed = indexSchema.safeParse(index)
  if (!parsed.success) throw badIndex(folder, format, 'it has no weight_map of names to files')
  const map = parsed.data.weight_map
  requireFewTensors(`${folder.path}/${format.index}`, Object.keys(map).length)
  const shards = new Map<string, WeightMap>()
  let tensors = 0
  for (const name of new Set(Object.values(map))) {
    if (/[/\\]|^\.*$/.test(name)) throw badIndex(folder, format, `it names the path ${name}`)
    const shard = await folder.file(name)
    if (!shard) throw missingFile(folder, [name])
    shards.set(name, await format.read(shard))
    tensors += shards.get(name)?.size ?? 0
    requireFewTensors(folder.path, tensors)
  }
  const weights = Object.entries(map).map(([name, file]): readonly [string, Weight] => {
    const weight = shards.get(file)?.get(name)
    if (!weight) throw badIndex(folder, format, `it says ${name} is in ${file}, where it is not`)
    return [name, weight]
  })
  return new Map(weights)
}

function badIndex(
  { path: folder }: ModelFolder,
  { index }: WeightFormat,
  what: string,
): CheckpointError {
  return new CheckpointError('checkpoint-index', `${folder}/${index} is wrong: ${what}`, {
    facts: { folder, index },
  })
}
