using System.Threading.Channels;
using Coterie.Cluster.Transport;

namespace Coterie.Cluster.Metadata;

/// <summary>Collects the replies to one round of requests, in order of arrival. Holds one for each request, so it never overflows.</summary>
internal sealed class ReplyQueue(int requests) : IReplySink
{
    private readonly Channel<Reply> _replies = Channel.CreateBounded<Reply>(new BoundedChannelOptions(requests) { SingleReader = true });

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body) => _replies.Writer.TryWrite(new Reply(slot, status, body.ToArray()));

    public ValueTask<Reply> NextAsync(CancellationToken cancellationToken) => _replies.Reader.ReadAsync(cancellationToken);

    public readonly record struct Reply(int Slot, ReplyStatus Status, byte[] Body);
}
