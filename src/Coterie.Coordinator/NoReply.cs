using Coterie.Cluster.Transport;

namespace Coterie.Coordinator;

/// <summary>For what need not arrive.</summary>
internal sealed class NoReply : IReplySink
{
    public static NoReply Instance { get; } = new();

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
    {
        // Nothing depends on it.
    }
}
