using System.Net;
using Coterie.Model;
using Coterie.Model.Ids;

namespace Coterie.Cluster.Transport;

/// <summary>
/// The links of one messenger. Those to members are found by identity; those made before identities were known by address. A request to
/// an address where a member is known to listen takes the member's link, so there are not two connections where one will do.
/// </summary>
/// <remarks>Copied when it changes (a few times in the life of a cluster); reading takes no lock.</remarks>
internal sealed class LinkTable(TransportContext context, HeldRequests held, Action<PeerLink, PeerSession> lost)
{
    private const int LinksMax = Limits.NodesMax * VerbClass.Count * 2;

    private readonly Lock _lock = new();
    private PeerLink[] _all = [];
    private bool _stopped;

    public ReadOnlySpan<PeerLink> All => Volatile.Read(ref _all);

    /// <summary>Null: the node is no member.</summary>
    public PeerLink? Find(NodeId node, ConnectionClass connection)
    {
        foreach (var link in All)
        {
            if (link.Class == connection && link.Expected == node)
            {
                // Only while nothing is open is it worth looking whether the node has moved.
                if (link.Session is null && context.Addresses.Find(node) is { } now)
                {
                    link.MoveTo(now);
                }

                return link;
            }
        }

        return context.Addresses.Find(node) is { } address ? Add(node, address, connection) : null;
    }

    /// <summary>Null: there are too many.</summary>
    public PeerLink? Find(IPEndPoint address, ConnectionClass connection)
    {
        PeerLink? found = null;
        foreach (var link in All)
        {
            if (link.Class == connection && link.Remote.Equals(address) && (found is null || link.Expected is not null))
            {
                found = link;
            }
        }

        return found ?? Add(null, address, connection);
    }

    public async Task StopAsync()
    {
        PeerLink[] all;
        lock (_lock)
        {
            _stopped = true;
            all = _all;
        }

        foreach (var link in all)
        {
            await link.StopAsync();
        }
    }

    private PeerLink? Add(NodeId? node, IPEndPoint address, ConnectionClass connection)
    {
        lock (_lock)
        {
            foreach (var link in _all)
            {
                if (link.Class == connection && link.Expected == node && (node is not null || link.Remote.Equals(address)))
                {
                    return link;
                }
            }

            if (_stopped || _all.Length >= LinksMax)
            {
                return null;
            }

            var added = new PeerLink(context, connection, node, address, held);
            added.Lost += lost;
            _all = [.. _all, added];
            return added;
        }
    }
}
