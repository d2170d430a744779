using Coterie.Model.Ids;
using Coterie.Storage;
using Coterie.Storage.Writer;

namespace Coterie.Replica.Groups;

/// <summary>What the members of groups on one node share.</summary>
internal sealed record GroupParts
{
    public required NodeId Self { get; init; }

    public required IStorageEngine Engine { get; init; }

    public required IStorageWriter Writer { get; init; }

    public required LiveTables Tables { get; init; }

    public required PeerMail Mail { get; init; }

    public required TimeProvider Time { get; init; }

    public required Random Random { get; init; }

    public required GroupOptions Options { get; init; }
}
