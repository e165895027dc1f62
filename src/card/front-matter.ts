import type { EvaluationRecord } from './read-records.ts'

/** What the hub reads at the head of a README. */
export interface CardMetadata {
  readonly languages: readonly string[]
  /** An identifier the hub knows, such as `apache-2.0`. */
  readonly license: string | undefined
  /** Hub ids of the models this one was made from. */
  readonly baseModels: readonly string[]
  /** Hub ids, or names, of the training data. */
  readonly datasets: readonly string[]
}

type Yaml = string | number | readonly Yaml[] | { readonly [name: string]: Yaml }

/**
 * The YAML block the hub finds models by. Fields: Hugging Face's model card specification
 * (hub-docs/modelcard.md).
 * @param own the model's own results, where they are known
 */
export function frontMatter(
  { languages, license, baseModels, datasets }: CardMetadata,
  name: string,
  own: EvaluationRecord['models'][number] | undefined,
): string {
  const fields: Record<string, Yaml> = {
    language: languages,
    ...(license === undefined ? {} : { license }),
    library_name: 'sentence-transformers',
    pipeline_tag: 'sentence-similarity',
    tags: ['sentence-transformers', 'sentence-similarity', 'feature-extraction', 'yuju'],
    ...(baseModels.length > 0 ? { base_model: baseModels } : {}),
    ...(datasets.length > 0 ? { datasets } : {}),
    ...(own ? { 'model-index': [{ name, results: modelIndex(own) }] } : {}),
  }
  return `---\n${yamlLines(fields).join('\n')}\n---`
}

function modelIndex({ results }: EvaluationRecord['models'][number]): Yaml[] {
  return results.flatMap(({ task, spearman: { cosine } }) => {
    if (cosine === null || cosine === undefined) return []
    return {
      task: { type: 'semantic-similarity', name: 'Semantic Similarity' },
      dataset: { type: 'unknown', name: task },
      metrics: [{ type: 'spearman_cosine', value: Number((cosine / 100).toFixed(4)) }],
    }
  })
}

/** Block style, two spaces a level. */
function yamlLines(value: Yaml): string[] {
  if (typeof value !== 'object') return [yamlScalar(value)]
  if (Array.isArray(value)) {
    return value.flatMap((item: Yaml) => {
      const [first = '', ...others] = yamlLines(item)
      return [`- ${first}`, ...others.map((line) => `  ${line}`)]
    })
  }
  return Object.entries(value).flatMap(([name, content]: [string, Yaml]) => {
    if (typeof content !== 'object') return [`${name}: ${yamlScalar(content)}`]
    const indent = Array.isArray(content) ? '' : '  '
    return [`${name}:`, ...yamlLines(content).map((line) => indent + line)]
  })
}

/** Bare where YAML cannot read anything but this text, else in quotes, which are those of JSON. */
function yamlScalar(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const isWord = /^[A-Za-z][\w./-]*( [\w./-]+)*$/.test(value)
  const means = /^(y|n|yes|no|true|false|on|off|null)$/i.test(value)
  return isWord && !means ? value : JSON.stringify(value)
}
