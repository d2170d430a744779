namespace Coterie.WebConsole.Quorum.Trial;

/// <summary>Who coordinates which trial. A node that was lost once is not asked again: the others take its turns. Safe from any thread.</summary>
internal sealed class TrialRoster(IReadOnlyList<TrialNode> writers, IReadOnlyList<TrialNode> readers)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _lost = new(StringComparer.Ordinal);
    private bool _sameNode;

    /// <summary>Each read so far was given to another node than its write.</summary>
    public bool ReadsElsewhere
    {
        get
        {
            lock (_gate)
            {
                return !_sameNode;
            }
        }
    }

    /// <summary>What is to be said of those that were lost; null: none was.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
            {
                return _lost.Count == 0 ? null : $"{string.Join("; ", _lost.Values)}. {(_lost.Count == 1 ? "It is" : "They are")} not asked any more.";
            }
        }
    }

    /// <summary>Null: nobody is left who could.</summary>
    public (TrialNode Writer, TrialNode Reader)? Pick(int trial)
    {
        lock (_gate)
        {
            var writing = Left(writers);
            var reading = Left(readers);
            if (writing.Count == 0 || reading.Count == 0)
            {
                return null;
            }

            var writer = writing[trial % writing.Count];
            var others = reading.Where(node => node != writer).ToList();
            _sameNode |= others.Count == 0;
            return (writer, others.Count == 0 ? writer : others[trial / writing.Count % others.Count]);
        }
    }

    public void Lose(TrialNode node, string why)
    {
        lock (_gate)
        {
            _lost.TryAdd(node.Name, $"{node.Name} was lost ({why.TrimEnd('.')})");
        }
    }

    private List<TrialNode> Left(IReadOnlyList<TrialNode> nodes) => [.. nodes.Where(node => !_lost.ContainsKey(node.Name))];
}
