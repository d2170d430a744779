using Microsoft.Extensions.Logging;

namespace Coterie.Cluster.Metadata;

/// <summary>What this folder writes to the log of the process.</summary>
internal static partial class MetadataLogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "Catching up from epoch {Epoch} of the metadata failed: {Problem}")]
    public static partial void CatchUpFailed(this ILogger logger, long epoch, string problem);

    [LoggerMessage(2, LogLevel.Warning, "A request about the metadata log from {Node} was refused: {Problem}")]
    public static partial void RequestRefused(this ILogger logger, string node, string problem);

    [LoggerMessage(3, LogLevel.Information, "Metadata epoch {Epoch}: {Change}")]
    public static partial void Decided(this ILogger logger, long epoch, string change);

    [LoggerMessage(4, LogLevel.Critical, "The metadata log is broken, this node must stop")]
    public static partial void LogBroken(this ILogger logger, Exception problem);

    [LoggerMessage(5, LogLevel.Information, "Formation: waiting for {Missing}")]
    public static partial void WaitingFor(this ILogger logger, string missing);

    [LoggerMessage(6, LogLevel.Information, "Formation: the cluster {Name} is formed, with id {Id} and {Count} nodes")]
    public static partial void Formed(this ILogger logger, string name, string id, int count);

    [LoggerMessage(8, LogLevel.Warning, "This voter had lost its store, and with it what it has promised: it abstains from the epochs up to {Epoch}")]
    public static partial void Recalled(this ILogger logger, long epoch);

    [LoggerMessage(9, LogLevel.Warning, "No cluster is formed: {Former} have been members of one and have lost their stores. This node waits for a member that still has its store. If there is none, restore a store where one was set aside (store.corrupt-*), or give up what was in it and start those nodes with --FormNewCluster=true")]
    public static partial void FormsNoCluster(this ILogger logger, string former);

    [LoggerMessage(7, LogLevel.Information, "Formation: proposing failed, trying again: {Problem}")]
    public static partial void ProposingFailed(this ILogger logger, string problem);
}
