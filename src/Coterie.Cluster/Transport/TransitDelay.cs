namespace Coterie.Cluster.Transport;

/// <summary>
/// How long a frame has lain in buffers, from two clocks that have nothing in common but their pace. Frames carry the sender's clock; the
/// least difference ever seen stands for a frame that did not wait, and what a frame has above it is waiting. So a process that was
/// stopped for 20 s finds the requests in its socket to be 20 s old, and drops them unread.
/// </summary>
/// <remarks>The least difference may rise by one part in a thousand of the time passed, since the paces of two clocks differ a little.</remarks>
internal sealed class TransitDelay
{
    private const int DriftDivisor = 1_000;

    private bool _known;
    private uint _least;
    private uint _leastAt;

    /// <summary>Milliseconds that a frame sent at <paramref name="sentAt"/> (the sender's clock) and seen at <paramref name="now"/> (ours) has waited.</summary>
    public uint Waited(uint sentAt, uint now)
    {
        var difference = unchecked(now - sentAt);
        if (!_known)
        {
            _known = true;
            _least = difference;
            _leastAt = now;
            return 0;
        }

        var elapsed = unchecked(now - _leastAt);
        var allowance = elapsed / DriftDivisor;
        var above = unchecked((int)(difference - (_least + allowance)));
        if (above > 0)
        {
            return (uint)above;
        }

        _least = difference;
        _leastAt = now;
        return 0;
    }
}
