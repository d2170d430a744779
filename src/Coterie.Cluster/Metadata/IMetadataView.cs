using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>The cluster metadata as this node has it now. Reading it never waits and never allocates.</summary>
public interface IMetadataView
{
    ClusterMetadata Current { get; }

    /// <summary>Raised after a new epoch has been applied, in order, with the value before and the value after. Handlers must be short.</summary>
    event Action<ClusterMetadata, ClusterMetadata>? Changed;
}

/// <summary>Changes the metadata by agreement among the voters. Any node may call it; there is no leader.</summary>
public interface IMetadataChanger
{
    /// <summary>
    /// Decides the change, applies it here, tells everyone, and waits until all live nodes hold it (or 5 s have passed: then
    /// <see cref="ChangeResult.Warning"/> names who does not).
    /// </summary>
    /// <exception cref="MetadataUnavailableException">No majority of voters answered in time. The change may still be decided later.</exception>
    Task<ChangeResult> ChangeAsync(MetadataChange change, CancellationToken cancellationToken);
}

/// <summary>How a change ended: its outcome when applied at its epoch, and a warning for the client if not all live nodes hold it yet.</summary>
public sealed record ChangeResult(ChangeOutcome Outcome, string? Warning);

/// <summary>The voters of the metadata log could not be asked: fewer than a majority of them answer.</summary>
public sealed class MetadataUnavailableException(string message) : Exception(message);
