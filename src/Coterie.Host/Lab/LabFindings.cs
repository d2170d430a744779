namespace Coterie.Host.Lab;

/// <summary>What was found of the writes of a lab when they were looked for. Safe from any thread.</summary>
public sealed class LabFindings
{
    private readonly Lock _gate = new();
    private readonly List<long> _lost = [];

    /// <summary>Keys that were acknowledged and are not there with their value, some of them.</summary>
    public IReadOnlyList<long> Lost
    {
        get
        {
            lock (_gate)
            {
                return [.. _lost.Order()];
            }
        }
    }

    /// <summary>Acknowledged, and the cluster does not say whether it is there: counted as lost by whoever judges.</summary>
    public long Unread { get; private set; }

    /// <summary>Of those with an unknown outcome, those that were done.</summary>
    public long UnknownFound { get; private set; }

    /// <summary>The cluster had said that nothing was done, and it was.</summary>
    public long FailedFound { get; private set; }

    /// <param name="isThere">Null: not known.</param>
    public void Add(LabWrite write, bool? isThere)
    {
        lock (_gate)
        {
            switch (write.Outcome)
            {
                case LabOutcome.Acknowledged when isThere == false:
                    _lost.Add(write.Key);
                    break;
                case LabOutcome.Acknowledged when isThere is null:
                    Unread++;
                    break;
                case LabOutcome.Unknown or LabOutcome.Pending when isThere == true:
                    UnknownFound++;
                    break;
                case LabOutcome.Failed when isThere == true:
                    FailedFound++;
                    break;
            }
        }
    }
}
