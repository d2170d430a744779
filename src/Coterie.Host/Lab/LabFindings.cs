namespace Coterie.Host.Lab;

/// <summary>What was found of the writes of a lab when they were looked for. Safe from any thread.</summary>
public sealed class LabFindings
{
    private readonly Lock _gate = new();
    private readonly List<string> _lost = [];
    private readonly List<string> _returned = [];
    private long _unread;
    private long _unknownFound;
    private long _failedFound;

    /// <summary>What was acknowledged and is not there as it was written.</summary>
    public IReadOnlyList<string> Lost
    {
        get
        {
            lock (_gate)
            {
                return [.. _lost];
            }
        }
    }

    /// <summary>What is there and must not be: removed, expired, or never written.</summary>
    public IReadOnlyList<string> Returned
    {
        get
        {
            lock (_gate)
            {
                return [.. _returned];
            }
        }
    }

    /// <summary>Acknowledged, and the cluster does not say whether it is there: counted as lost by whoever judges.</summary>
    public long Unread => Interlocked.Read(ref _unread);

    /// <summary>Of those with an unknown outcome, those that were done.</summary>
    public long UnknownFound => Interlocked.Read(ref _unknownFound);

    /// <summary>The cluster had said that nothing was done, and it was.</summary>
    public long FailedFound => Interlocked.Read(ref _failedFound);

    public bool IsRight => Lost.Count == 0 && Returned.Count == 0 && Unread == 0 && FailedFound == 0;

    /// <param name="what">The write, for people.</param>
    /// <param name="isThere">Null: not known.</param>
    public void Add(string what, LabOutcome outcome, bool? isThere)
    {
        switch (outcome)
        {
            case LabOutcome.Acknowledged when isThere == false:
                Lose(what);
                break;
            case LabOutcome.Acknowledged when isThere is null:
                AddUnread(1);
                break;
            case LabOutcome.Unknown or LabOutcome.Pending when isThere == true:
                Interlocked.Increment(ref _unknownFound);
                break;
            case LabOutcome.Failed when isThere == true:
                Interlocked.Increment(ref _failedFound);
                break;
        }
    }

    public void Lose(string what)
    {
        lock (_gate)
        {
            _lost.Add(what);
        }
    }

    public void Return(string what)
    {
        lock (_gate)
        {
            _returned.Add(what);
        }
    }

    public void AddUnread(long count) => Interlocked.Add(ref _unread, count);
}
