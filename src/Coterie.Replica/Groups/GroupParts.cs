using Coterie.Cluster.Membership;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Storage;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>What the members of groups on one node share.</summary>
internal sealed record GroupParts
{
    public required NodeId Self { get; init; }

    public required IStorageEngine Engine { get; init; }

    public required IStorageWriter Writer { get; init; }

    public required LiveTables Tables { get; init; }

    public required PeerMail Mail { get; init; }

    public required IMessenger Messenger { get; init; }

    public required ILiveness Liveness { get; init; }

    public required GroupTables GroupTables { get; init; }

    public required ClosedGroups Closed { get; init; }

    /// <summary>The incarnation of this node since it last lost writes; 0: it never has.</summary>
    public required long LastLoss { get; init; }

    public required ILogger Logger { get; init; }

    public required TimeProvider Time { get; init; }

    public required Random Random { get; init; }

    public required GroupOptions Options { get; init; }
}
