namespace Coterie.Model.Histories;

/// <summary>
/// Decides whether a history of one register is linearizable: whether each call can be given a moment between its sending and its answer at which it took effect,
/// so that every read returns what was written last (Herlihy and Wing, 1990).
/// </summary>
/// <remarks>
/// The search of Wing and Gong (1993) with Lowe's memory of what has been tried (2017): take any call that was sent before the first answer which is still
/// missing, and go back when none can be taken. That every write has a value of its own makes it fast, since then
/// a write without an answer was done before the first read of its value returned, and if nobody read it, it makes no difference whether it was done;
/// a read of the current value can be taken at once;
/// and a value must not be overwritten while reads of it are to come.
/// </remarks>
public static class LinearizableRegister
{
    /// <exception cref="ArgumentException">Two writes have one value, or one writes zero.</exception>
    public static bool Holds(IEnumerable<RegisterCall> history) => new Search(Answered([.. history])).Run();

    /// <summary>Only calls with an answer, which have the same linearizations.</summary>
    private static List<RegisterCall> Answered(List<RegisterCall> history)
    {
        var firstRead = new Dictionary<long, long>();
        foreach (var read in history.Where(static call => !call.IsWrite && call.Returned is not null))
        {
            firstRead[read.Value] = Math.Min(firstRead.GetValueOrDefault(read.Value, long.MaxValue), read.Returned!.Value);
        }

        var written = new HashSet<long> { RegisterCall.Nothing };
        var answered = new List<RegisterCall>(history.Count);
        foreach (var call in history)
        {
            if (call.IsWrite && !written.Add(call.Value))
            {
                throw new ArgumentException($"{call.Value} is written twice, or is nothing: each write needs a value of its own", nameof(history));
            }

            if (call.Returned is not null)
            {
                answered.Add(call);
            }
            else if (call.IsWrite && firstRead.TryGetValue(call.Value, out var end))
            {
                answered.Add(call with { Returned = end });
            }
        }

        return answered;
    }

    /// <summary>How far a linearization has come.</summary>
    /// <param name="Prefix">All calls before this one are taken.</param>
    /// <param name="Beyond">Those that are taken of the rest, in order.</param>
    /// <param name="Value">Of the register.</param>
    private sealed record State(int Prefix, IReadOnlyList<int> Beyond, long Value)
    {
        public bool IsTaken(int call) => call < Prefix || Beyond.Contains(call);
    }

    private sealed class Search
    {
        /// <summary>By when they were sent.</summary>
        private readonly RegisterCall[] _calls;

        private readonly ILookup<long, int> _reads;
        private readonly HashSet<(int Prefix, long Value, string Beyond)> _tried = [];

        public Search(List<RegisterCall> answered)
        {
            _calls = [.. answered.OrderBy(static call => call.Called)];
            _reads = Enumerable.Range(0, _calls.Length).Where(call => !_calls[call].IsWrite).ToLookup(call => _calls[call].Value);
        }

        public bool Run()
        {
            var open = new Stack<State>();
            open.Push(new State(0, [], RegisterCall.Nothing));
            while (open.TryPop(out var next))
            {
                var state = TakeReads(next);
                if (state.Prefix == _calls.Length)
                {
                    return true;
                }

                if (!_tried.Add((state.Prefix, state.Value, string.Join(' ', state.Beyond))) || _reads[state.Value].Any(read => !state.IsTaken(read)))
                {
                    continue;
                }

                // The one that must be done first is tried first.
                foreach (var write in Candidates(state).Where(call => _calls[call].IsWrite).OrderByDescending(call => _calls[call].Returned))
                {
                    open.Push(Take(state, write));
                }
            }

            return false;
        }

        private State TakeReads(State state)
        {
            while (Candidates(state).FirstOrDefault(call => !_calls[call].IsWrite && _calls[call].Value == state.Value, -1) is var read and >= 0)
            {
                state = Take(state, read);
            }

            return state;
        }

        /// <summary>Calls that were sent before the first answer that is still missing.</summary>
        private List<int> Candidates(State state)
        {
            var candidates = new List<int>();
            var firstAnswer = long.MaxValue;
            for (var call = state.Prefix; call < _calls.Length && _calls[call].Called <= firstAnswer; call++)
            {
                if (!state.IsTaken(call))
                {
                    candidates.Add(call);
                    firstAnswer = Math.Min(firstAnswer, _calls[call].Returned!.Value);
                }
            }

            candidates.RemoveAll(call => _calls[call].Called > firstAnswer);
            return candidates;
        }

        private State Take(State state, int call)
        {
            var beyond = state.Beyond.Append(call).Order().ToList();
            var prefix = state.Prefix;
            while (beyond.Count > 0 && beyond[0] == prefix)
            {
                beyond.RemoveAt(0);
                prefix++;
            }

            return new State(prefix, beyond, _calls[call].IsWrite ? _calls[call].Value : state.Value);
        }
    }
}
