using Coterie.Simulator.Checkers;

namespace Coterie.Simulator.Workloads;

/// <summary>What clients did to one register and what they saw, in values and timestamps; <see cref="Operations"/> puts it in the checker's terms.</summary>
public sealed class RegisterHistory
{
    /// <summary>A data centre that stands for all of them.</summary>
    public const int Everywhere = 0;

    private readonly SortedDictionary<string, RegisterWrite> _writes = new(StringComparer.Ordinal);
    private readonly List<RegisterRead> _reads = [];

    public IEnumerable<RegisterWrite> Writes => _writes.Values;

    public IReadOnlyList<RegisterRead> Reads => _reads;

    /// <param name="timestamp">Null: the node stamps it, and it must be learnt later.</param>
    public RegisterWrite BeginWrite(string value, long? timestamp, string coordinator, long now, int datacenter = Everywhere) =>
        Begin(new RegisterWrite(value, coordinator, now) { Timestamp = timestamp, Datacenter = datacenter });

    /// <summary>One that is to be done only where another value stands, and that its group stamps.</summary>
    public RegisterWrite BeginConditionalWrite(string value, string? expected, string coordinator, long now) =>
        Begin(new RegisterWrite(value, coordinator, now) { IsConditional = true, Expected = expected });

    /// <summary>The write is known not to have been applied: to read it would be to read what nobody wrote.</summary>
    public void NotApplied(RegisterWrite write) => _writes.Remove(write.Value);

    public void AddRead(RegisterRead read) => _reads.Add(read);

    public RegisterWrite? Find(string value) => _writes.GetValueOrDefault(value);

    /// <summary>The reads in this data centre, and those that count everywhere.</summary>
    public List<RegisterRead> ReadsIn(int datacenter) => _reads.FindAll(read => !read.IsEventual && IsIn(read.Datacenter, datacenter));

    /// <summary>
    /// Writes in the order of timestamp and then of bytes (all are plain cells), numbered from 1; reads by the number of what they saw.
    /// A write whose timestamp nobody has learnt was seen by nobody, and is left out.
    /// What was acknowledged in another data centre than this one counts here as a write whose outcome is unknown.
    /// </summary>
    public List<RegisterOperation> Operations(int datacenter = Everywhere) => OperationsOf(ReadsIn(datacenter), datacenter);

    /// <summary>All writes, and the reads that were promised no more than what somebody wrote.</summary>
    public List<RegisterOperation> EventualOperations() => OperationsOf(_reads.FindAll(static read => read.IsEventual), Everywhere);

    private List<RegisterOperation> OperationsOf(List<RegisterRead> reads, int datacenter)
    {
        var ordered = _writes.Values.Where(write => write.Timestamp is not null).ToList();
        ordered.Sort(static (one, other) =>
            (one.Timestamp!.Value, 0).CompareTo((other.Timestamp!.Value, 0)) is var byTime and not 0
                ? byTime
                : string.CompareOrdinal(one.Value, other.Value));
        var numbers = new Dictionary<string, long>();
        var operations = new List<RegisterOperation>();
        foreach (var write in ordered)
        {
            numbers[write.Value] = numbers.Count + 1;
            operations.Add(new RegisterOperation(OperationKind.Write, numbers[write.Value], write.Invoked, IsIn(write.Datacenter, datacenter) ? write.Acknowledged : null));
        }

        foreach (var read in reads)
        {
            var order = read.Value is null ? 0 : numbers.GetValueOrDefault(read.Value, long.MaxValue);
            operations.Add(new RegisterOperation(OperationKind.Read, order, read.Invoked, read.Returned));
        }

        return operations;
    }

    /// <summary>
    /// Of writes that were stamped by one, a later one (it began after the other had ended) whose stamp is not greater; or null. Holds over
    /// restarts and steps of the wall clock too.
    /// </summary>
    public string? FirstStampThatWentBack(Func<RegisterWrite, string> stampedBy)
    {
        foreach (var byNode in _writes.Values.Where(static write => write is { Timestamp: not null }).GroupBy(stampedBy).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            var ended = byNode.Where(static write => write.Acknowledged is not null).OrderBy(static write => write.Acknowledged).ToList();
            var (next, newest) = (0, (RegisterWrite?)null);
            foreach (var write in byNode.OrderBy(static write => write.Invoked))
            {
                for (; next < ended.Count && ended[next].Acknowledged < write.Invoked; next++)
                {
                    newest = newest is null || ended[next].Timestamp > newest.Timestamp ? ended[next] : newest;
                }

                if (newest is not null && write.Timestamp <= newest.Timestamp)
                {
                    return $"{byNode.Key} stamped {write.Value} with {write.Timestamp} after {newest.Value} with {newest.Timestamp}";
                }
            }
        }

        return null;
    }

    /// <summary>
    /// A write that was to be done only where another value stood, and that came after something else; or null. All timestamps must have been given by one.
    /// </summary>
    public string? FirstWriteAfterAnotherThanExpected()
    {
        string? before = null;
        foreach (var write in _writes.Values.Where(static write => write.Timestamp is not null).OrderBy(static write => write.Timestamp))
        {
            if (write.IsConditional && write.Expected != before)
            {
                return $"{write.Value} was to be written where {write.Expected ?? "nothing"} stood, and came after {before ?? "nothing"}";
            }

            before = write.Value;
        }

        return null;
    }

    /// <summary>One line for each operation, in the order in which they began, for a failed seed.</summary>
    public string Describe(int linesMax)
    {
        var lines = _writes.Values
            .Select(write => (write.Invoked, Line: $"write {write.Value} @{write.Timestamp} from {new TimeSpan(write.Invoked)} to {Time(write.Acknowledged)}"))
            .Concat(_reads.Select(read => (read.Invoked, Line: $"read  {read.Value ?? "absent"} @{read.Timestamp} from {new TimeSpan(read.Invoked)} to {Time(read.Returned)} at {read.Coordinator}")))
            .OrderBy(static line => line.Invoked)
            .Select(static line => line.Line)
            .ToList();
        return string.Join('\n', lines.TakeLast(linesMax));
    }

    private RegisterWrite Begin(RegisterWrite write)
    {
        _writes.Add(write.Value, write);
        return write;
    }

    private static bool IsIn(int datacenter, int view) => view == Everywhere || datacenter == Everywhere || datacenter == view;

    private static string Time(long? ticks) => ticks is { } known ? new TimeSpan(known).ToString() : "unknown";
}

/// <summary>One write. Values are unique.</summary>
public sealed class RegisterWrite(string value, string coordinator, long invoked)
{
    public string Coordinator { get; } = coordinator;

    public string Value { get; } = value;

    public long Invoked { get; } = invoked;

    public int Datacenter { get; init; }

    /// <summary>Whether it was to be done only where <see cref="Expected"/> stood.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Null: nothing.</summary>
    public string? Expected { get; init; }

    public long? Timestamp { get; set; }

    /// <summary>Null: failed, or the outcome is unknown.</summary>
    public long? Acknowledged { get; set; }
}

/// <param name="Value">Null: absent.</param>
/// <param name="Timestamp">As the node told it.</param>
public sealed record RegisterRead(string? Value, long? Timestamp, long Invoked, long Returned, string Coordinator, int Datacenter = RegisterHistory.Everywhere)
{
    /// <summary>It may see what is not the latest.</summary>
    public bool IsEventual { get; init; }

    /// <summary>It is what a write was told that was not done, without a timestamp.</summary>
    public bool IsRefusal { get; init; }
}
