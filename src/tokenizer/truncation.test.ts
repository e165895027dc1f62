import { describe, expect, it } from 'vitest'
import { keptLengths } from './truncation.ts'

/** Drops one token at a time from the longer text, from the second where both are equal. */
function oneByOne(first: number, second: number, room: number): number[] {
  const kept = [first, second]
  while ((kept[0] ?? 0) + (kept[1] ?? 0) > room) {
    const longer = (kept[0] ?? 0) > (kept[1] ?? 0) ? 0 : 1
    kept[longer] = (kept[longer] ?? 0) - 1
  }
  return kept
}

describe('keptLengths', () => {
  it('keeps everything without a limit or within it', () => {
    expect(keptLengths([5], 2, undefined)).toEqual([5])
    expect(keptLengths([5], 2, 7)).toEqual([5])
    expect(keptLengths([3, 2], 3, 8)).toEqual([3, 2])
  })

  it('truncates one text to the room that the special tokens leave', () => {
    expect(keptLengths([5], 2, 6)).toEqual([4])
    expect(keptLengths([5], 2, 2)).toEqual([0])
  })

  it('shortens the longer of two first, down to halves', () => {
    for (let first = 0; first < 9; first++) {
      for (let second = 0; second < 9; second++) {
        for (let room = 0; room < 20; room++) {
          const kept = keptLengths([first, second], 3, room + 3)
          const expected = oneByOne(first, second, room)
          expect([...kept].sort(), `${first} ${second} ${room}`).toEqual(expected.sort())
          expect((kept[0] ?? 0) > first || (kept[1] ?? 0) > second).toBe(false)
        }
      }
    }
  })
})
