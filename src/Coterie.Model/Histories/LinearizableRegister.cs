namespace Coterie.Model.Histories;

/// <summary>
/// Decides whether a history of one register is linearizable: whether each call can be given a moment between its sending and its answer at which it took effect,
/// so that every read returns what was written last (Herlihy and Wing, 1990).
/// </summary>
/// <remarks>
/// The search of Wing and Gong (1993) with Lowe's memory of what has been tried (2017): take any call that was sent before the first answer which is still
/// missing, and go back when none can be taken. That every write has a value of its own makes it fast, since then
/// a write without an answer was done before the first call that found its value returned, and if none did, it makes no difference whether it was done;
/// a read of the current value can be taken at once;
/// and a value must not be overwritten while calls that find it are to come.
/// </remarks>
public static class LinearizableRegister
{
    /// <exception cref="ArgumentException">Two writes have one value, or one writes zero.</exception>
    public static bool Holds(IEnumerable<RegisterCall> history) => new Search(Answered([.. history])).Run();

    /// <summary>Only calls with an answer, which have the same linearizations.</summary>
    private static List<RegisterCall> Answered(List<RegisterCall> history)
    {
        var written = new HashSet<long> { RegisterCall.Nothing };
        foreach (var write in history.Where(static call => call.IsWrite))
        {
            if (!written.Add(write.Value))
            {
                throw new ArgumentException($"{write.Value} is written twice, or is nothing: each write needs a value of its own", nameof(history));
            }
        }

        var answered = history.Where(static call => call.Returned is not null).ToList();
        var open = history.Where(static call => call.IsWrite && call.Returned is null).ToDictionary(static call => call.Value);
        var found = new Dictionary<long, long>();
        var finders = new Queue<(long Value, long Returned)>(answered.Where(static call => Finds(call) is not null).Select(static call => (Finds(call)!.Value, call.Returned!.Value)));
        while (finders.TryDequeue(out var finder))
        {
            if (finder.Returned < found.GetValueOrDefault(finder.Value, long.MaxValue))
            {
                found[finder.Value] = finder.Returned;
                if (open.TryGetValue(finder.Value, out var write) && write.Expected is { } expected)
                {
                    // It was done, and so what it expected was there.
                    finders.Enqueue((expected, finder.Returned));
                }
            }
        }

        answered.AddRange(open.Values.Where(write => found.ContainsKey(write.Value)).Select(write => write with { Returned = found[write.Value] }));
        return answered;
    }

    /// <summary>The value that must be there for it.</summary>
    private static long? Finds(RegisterCall call) => call.IsWrite ? call.Expected : call.Value;

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

        /// <summary>Calls by the value that must be there for them.</summary>
        private readonly ILookup<long, int> _finders;
        private readonly HashSet<(int Prefix, long Value, string Beyond)> _tried = [];

        public Search(List<RegisterCall> answered)
        {
            _calls = [.. answered.OrderBy(static call => call.Called)];
            _finders = Enumerable.Range(0, _calls.Length).Where(call => Finds(_calls[call]) is not null).ToLookup(call => Finds(_calls[call])!.Value);
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

                if (!_tried.Add((state.Prefix, state.Value, string.Join(' ', state.Beyond))))
                {
                    continue;
                }

                // The one that must be done first is tried first.
                var left = _finders[state.Value].Where(finder => !state.IsTaken(finder)).ToList();
                foreach (var write in Candidates(state).Where(call => MayFollow(call, left)).OrderByDescending(call => _calls[call].Returned))
                {
                    open.Push(Take(state, write));
                }
            }

            return false;
        }

        /// <param name="left">All calls that are not taken and find the current value.</param>
        private bool MayFollow(int call, List<int> left) =>
            _calls[call].IsWrite && (_calls[call].Expected is null ? left.Count == 0 : left.Count == 1 && left[0] == call);

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
