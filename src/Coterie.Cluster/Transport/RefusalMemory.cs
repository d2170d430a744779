using System.Net;
using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Transport;

/// <summary>
/// Lets each reason be logged once for each address, so that a stranger that keeps trying does not fill the log. Bounded: when full it
/// forgets everything, and says everything once more.
/// </summary>
internal sealed class RefusalMemory(ILogger logger)
{
    private const int CountMax = 1_024;

    private readonly Lock _lock = new();
    private readonly HashSet<(IPAddress Address, HandshakeRefusal Refusal)> _said = [];

    public void Refused(IPEndPoint from, HandshakeRefusal refusal, in Handshake theirs, TimeSpan skew)
    {
        if (IsNew(from, refusal))
        {
            TransportLog.Refused(logger, from, refusal, "this node", theirs.NodeId, theirs.ClusterId, skew);
        }
    }

    public void Malformed(IPEndPoint from, string reason)
    {
        if (IsNew(from, HandshakeRefusal.Malformed))
        {
            TransportLog.IncomingMalformed(logger, from, reason);
        }
    }

    private bool IsNew(IPEndPoint from, HandshakeRefusal refusal)
    {
        lock (_lock)
        {
            if (_said.Count >= CountMax)
            {
                _said.Clear();
            }

            return _said.Add((from.Address, refusal));
        }
    }
}
