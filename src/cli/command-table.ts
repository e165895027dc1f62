import type { CommandTable } from './command.ts'

/** Every command, in the order of the help. */
export const COMMANDS: CommandTable = {
  encode: {
    description: 'Turn texts into vectors',
    load: async () => (await import('./commands/encode.ts')).encode,
  },
  similarity: {
    description: 'Print how similar two texts are',
    load: async () => (await import('./commands/similarity.ts')).similarity,
  },
  rerank: {
    description: 'Sort documents by how well they answer a query',
    load: async () => (await import('./commands/rerank.ts')).rerank,
  },
  tokenize: {
    description: 'Show the tokens a model sees of texts',
    load: async () => (await import('./commands/tokenize.ts')).tokenize,
  },
  inspect: {
    description: 'Describe a model',
    load: async () => (await import('./commands/inspect.ts')).inspect,
  },
  evaluate: {
    description: 'Measure models on the seven tasks of the model card',
    load: async () => (await import('./commands/evaluate.ts')).evaluate,
  },
  quantize: {
    description: 'Let a model run in 8 bits, where it loses little',
    load: async () => (await import('./commands/quantize.ts')).quantize,
  },
  retrieval: {
    description: 'Measure models on search',
    load: async () => (await import('./commands/retrieval.ts')).retrieval,
  },
  benchmark: {
    description: 'Measure how fast models are',
    load: async () => (await import('./commands/benchmark.ts')).benchmark,
  },
  mine: {
    description: 'Find paraphrases, near-duplicates or hard negatives in a file',
    load: async () => (await import('./commands/mine.ts')).mine,
  },
  cluster: {
    description: 'Group the similar texts of a file',
    load: async () => (await import('./commands/cluster.ts')).cluster,
  },
  card: {
    description: 'Write a model card in English and Chinese',
    load: async () => (await import('./commands/card.ts')).card,
  },
  calibrate: {
    description: 'Find from which score on a pair matches',
    load: async () => (await import('./commands/calibrate.ts')).calibrate,
  },
  export: {
    description: 'Save a model for other programs',
    load: async () => (await import('./commands/export.ts')).exportModel,
  },
  distil: {
    description: 'Distil a large model into a small one as a recipe says',
    load: async () => (await import('./commands/distil.ts')).distil,
  },
  train: {
    description: 'Train a model as a recipe says',
    load: async () => (await import('./commands/train.ts')).train,
  },
  index: {
    description: 'Put the texts of a file into a store, to be searched',
    load: async () => (await import('./commands/index-texts.ts')).indexCommand,
  },
  search: {
    description: 'Find the texts of a store that are most similar to one',
    load: async () => (await import('./commands/search.ts')).search,
  },
  delete: {
    description: 'Remove texts from a store',
    load: async () => (await import('./commands/delete.ts')).deleteCommand,
  },
  serve: {
    description: 'Serve models to clients of OpenAI and of text-embeddings-inference',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  bulk: {
    description: 'Encode more than one machine can, with a queue in Redis',
    commands: {
      start: {
        description: 'Put the files of a folder, pattern or bucket into the queue',
        load: async () => (await import('./bulk/start.ts')).start,
      },
      worker: {
        description:
          'Encode files of a run until all are done; as many workers as you like, anywhere',
        load: async () => (await import('./bulk/worker.ts')).worker,
      },
      status: {
        description: 'Show progress, rate and time left',
        load: async () => (await import('./bulk/runs.ts')).status,
      },
      failed: {
        description: 'List what failed too often, or try it again',
        load: async () => (await import('./bulk/runs.ts')).failed,
      },
      remove: {
        description: 'Forget a run; what it wrote stays',
        load: async () => (await import('./bulk/runs.ts')).remove,
      },
    },
  },
  demo: {
    description: 'Encode two sentences and compare them',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
}
