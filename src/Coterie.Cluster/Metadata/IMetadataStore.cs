namespace Coterie.Cluster.Metadata;

/// <summary>
/// What an acceptor and a learner must remember through a crash, kept in the node's own storage engine by its one writer.
/// Keys are small names (<c>"paxos/&lt;epoch&gt;"</c>, <c>"log/&lt;epoch&gt;"</c>); values are encoded by their owners.
/// </summary>
public interface IMetadataStore
{
    /// <summary>The value, or null.</summary>
    byte[]? Get(string key);

    /// <summary>Completes when the value is durable. Promises and accepted values are answered only after this.</summary>
    /// <exception cref="System.IO.IOException">It could not be made durable: nothing may be answered.</exception>
    Task PutAsync(string key, ReadOnlyMemory<byte> value);
}
