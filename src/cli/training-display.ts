import type { EvaluationReport, StepReport } from '../train/index.ts'
import { grouped, timeText } from './format.ts'
import type { Shell } from './shell.ts'

/** Shows how a run goes. */
export interface TrainingDisplay {
  step(report: StepReport): void
  evaluation(report: EvaluationReport): void
  stop(): void
}

const LINE_MILLISECONDS = 10_000

/** A bar on a terminal; elsewhere a line every few seconds. Evaluations are lines. Both on stderr. */
export async function startTrainingDisplay(shell: Shell): Promise<TrainingDisplay> {
  const steps = shell.hasTerminal ? await stepBar(shell) : stepLines(shell)
  return {
    ...steps,
    evaluation({ step, scores, isBest }) {
      const list = Object.entries(scores).map(([name, score]) => `${name} ${score.toFixed(2)}`)
      shell.note(`after step ${step}: ${list.join(', ')}${isBest ? ' (best so far)' : ''}`)
    },
  }
}

type StepDisplay = Omit<TrainingDisplay, 'evaluation'>

function stepLines(shell: Shell): StepDisplay {
  let last = 0
  return {
    step(report) {
      const now = performance.now()
      if (now - last < LINE_MILLISECONDS && report.step < report.steps) return
      last = now
      shell.note(`step ${report.step} of ${report.steps}, ${factsOf(report)}`)
    },
    stop() {},
  }
}

async function stepBar(shell: Shell): Promise<StepDisplay> {
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    stream: shell.errorStream,
    format: '{bar} {value} of {total} steps, {facts}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is the shell's to handle.
    gracefulExit: false,
  })
  return {
    step(report) {
      const facts = { facts: factsOf(report) }
      if (bar.isActive) bar.update(report.step, facts)
      else bar.start(report.steps, report.step, facts)
    },
    stop: () => bar.stop(),
  }
}

function factsOf({ loss, learningRate, textsPerSecond, secondsLeft }: StepReport): string {
  const rate = `${grouped(textsPerSecond)} texts a second`
  return `loss ${loss.toFixed(4)}, rate ${learningRate.toExponential(1)}, ${rate}, ${timeText(secondsLeft)} left`
}
