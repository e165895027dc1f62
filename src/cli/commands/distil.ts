import type { DistilProgress, DistilReport } from '../../distil/index.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG } from '../flags.ts'
import { type ProgressDisplay, startProgress } from '../progress-display.ts'
import type { Shell } from '../shell.ts'
import { startTrainingDisplay } from '../training-display.ts'

const ARGS = {
  recipe: { type: 'positional', required: true, description: 'The recipe: a JSON file' },
  resume: { type: 'boolean', description: 'Go on with an interrupted run of this recipe' },
  ...JSON_FLAG,
} as const

/** Distils as a recipe says. The key of a teacher that is a service is taken from YUJU_TEACHER_KEY. */
export const distil = defineCommand(ARGS, async ({ recipe, resume = false, json }, shell) => {
  const { distilRecipe } = await import('../../distil/index.ts')
  const training = await startTrainingDisplay(shell)
  const between = betweenSteps(shell)
  try {
    const report = await distilRecipe(recipe, {
      resume,
      signal: shell.signal,
      onStep: training.step,
      onEvaluation: training.evaluation,
      onProgress: async (progress) => {
        training.stop()
        await between.show(progress)
      },
      onWarning: shell.note,
      ...given({ apiKey: shell.env.YUJU_TEACHER_KEY }),
    })
    training.stop()
    between.stop()
    if (json) shell.printJson(report)
    else shell.print(await summary(report))
  } finally {
    training.stop()
    between.stop()
  }
})

/** What each job is, and what it counts. */
const JOBS = {
  vectors: ["the teacher's vectors of", 'texts'],
  scores: ["the teacher's scores of", 'pairs'],
  evaluation: ['the tasks, by', 'texts'],
  timing: ['timing of', 'runs'],
} as const satisfies Record<Exclude<DistilProgress['doing'], 'stage'>, readonly string[]>

/** Shows what is done before and after training: a bar, or lines, for each job. */
function betweenSteps(shell: Shell) {
  let current: { readonly key: string; readonly display: Promise<ProgressDisplay> } | undefined
  const stop = () => {
    void current?.display.then((display) => display.stop())
    current = undefined
  }
  return {
    stop,
    async show({ doing, name, done, total }: DistilProgress): Promise<void> {
      if (doing === 'stage') {
        stop()
        shell.note(`stage ${done + 1} of ${total}: ${name}`)
        return
      }
      const key = `${doing} ${name}`
      if (current?.key !== key) {
        stop()
        const [job, unit] = JOBS[doing]
        shell.note(`${job} ${name}`)
        current = { key, display: startProgress(shell, unit) }
      }
      const { display } = current
      ;(await display).update({ done, total })
    },
  }
}

async function summary(report: DistilReport): Promise<string> {
  const { distilTables } = await import('../../distil/internal.ts')
  return `${distilTables(report)}\n\n${report.output}: done; all of it in distillation/report.md`
}
