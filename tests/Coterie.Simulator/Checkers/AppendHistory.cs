namespace Coterie.Simulator.Checkers;

/// <summary>
/// What clients appended to one list and what they read of it. Every value is appended once, so a list shows the order of all that happened to it, and each read
/// must be a prefix of what is there in the end (list-append: Kingsbury and Alvaro, "Elle", VLDB 2020).
/// </summary>
public sealed class AppendHistory
{
    private readonly SortedDictionary<string, Append> _appends = new(StringComparer.Ordinal);
    private readonly List<(IReadOnlyList<string> Seen, long Invoked, long Returned)> _reads = [];

    public Append Begin(string value, long now)
    {
        var append = new Append(value, now);
        _appends.Add(value, append);
        return append;
    }

    public void AddRead(IReadOnlyList<string> seen, long invoked, long returned) => _reads.Add((seen, invoked, returned));

    /// <param name="last">What is there in the end.</param>
    /// <returns>What is wrong, or null.</returns>
    public string? Check(IReadOnlyList<string> last)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < last.Count; i++)
        {
            if (!_appends.TryGetValue(last[i], out var append))
            {
                return $"{last[i]} is in the list, which nobody appended";
            }

            if (append.IsRefused)
            {
                return $"{last[i]} is in the list, which was said not to have been appended";
            }

            if (!places.TryAdd(last[i], i))
            {
                return $"{last[i]} is in the list twice";
            }
        }

        return Lost(places) ?? OutOfOrder(last) ?? _reads.Select(read => Wrong(read.Seen, read.Invoked, last, places)).FirstOrDefault(static wrong => wrong is not null)
            ?? WentBack();
    }

    private string? Lost(Dictionary<string, int> places) =>
        _appends.Values.FirstOrDefault(append => append.Acknowledged is not null && !places.ContainsKey(append.Value)) is { } lost
            ? $"{lost.Value} is gone, which was acknowledged at {new TimeSpan(lost.Acknowledged!.Value)}"
            : null;

    /// <summary>One that began after another had been acknowledged stands behind it.</summary>
    private string? OutOfOrder(IReadOnlyList<string> last)
    {
        Append? latest = null;
        foreach (var append in last.Select(value => _appends[value]))
        {
            if (latest is not null && append.Acknowledged < latest.Invoked)
            {
                return $"{append.Value} stands behind {latest.Value}, and was acknowledged before that was begun";
            }

            latest = latest is null || append.Invoked > latest.Invoked ? append : latest;
        }

        return null;
    }

    private string? Wrong(IReadOnlyList<string> seen, long invoked, IReadOnlyList<string> last, Dictionary<string, int> places)
    {
        if (seen.Count > last.Count || !seen.SequenceEqual(last.Take(seen.Count)))
        {
            return $"a read at {new TimeSpan(invoked)} saw [{string.Join(", ", seen)}], which is no prefix of [{string.Join(", ", last)}]";
        }

        return _appends.Values.FirstOrDefault(append => append.Acknowledged < invoked && places[append.Value] >= seen.Count) is { } missed
            ? $"a read at {new TimeSpan(invoked)} missed {missed.Value}, which was acknowledged at {new TimeSpan(missed.Acknowledged!.Value)}"
            : null;
    }

    /// <summary>A read that began after another had ended sees no less.</summary>
    private string? WentBack()
    {
        var ended = _reads.OrderBy(static read => read.Returned).ToList();
        var (next, most) = (0, 0);
        foreach (var read in _reads.OrderBy(static read => read.Invoked))
        {
            for (; next < ended.Count && ended[next].Returned < read.Invoked; next++)
            {
                most = Math.Max(most, ended[next].Seen.Count);
            }

            if (read.Seen.Count < most)
            {
                return $"a read at {new TimeSpan(read.Invoked)} saw {read.Seen.Count} elements, after another had seen {most}";
            }
        }

        return null;
    }

    /// <summary>One append. Values are unique.</summary>
    public sealed class Append(string value, long invoked)
    {
        public string Value { get; } = value;

        public long Invoked { get; } = invoked;

        /// <summary>Null: the outcome is unknown, or it was refused.</summary>
        public long? Acknowledged { get; set; }

        /// <summary>The client was told that nothing was done.</summary>
        public bool IsRefused { get; set; }
    }
}
