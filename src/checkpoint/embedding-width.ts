import type { Checkpoint } from './checkpoint.ts'

/** D, the length of a model's vectors: the hidden size, as its modules change it. */
export function embeddingWidth({
  config,
  modules,
}: Pick<Checkpoint, 'config' | 'modules'>): number {
  return modules.reduce((width, module) => {
    switch (module.kind) {
      case 'pooling':
        return width * module.modes.length
      case 'dense':
        return module.outFeatures
      case 'normalize':
        return width
      case 'logit_score':
        return 1
      default:
        return module satisfies never
    }
  }, config.hiddenSize)
}
