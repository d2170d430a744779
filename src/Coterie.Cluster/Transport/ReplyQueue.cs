using System.Threading.Channels;

namespace Coterie.Cluster.Transport;

/// <summary>Collects the replies to one round of requests, in order of arrival. Holds one for each request, so it never overflows.</summary>
public sealed class ReplyQueue(int requests) : IReplySink
{
    private readonly Channel<Reply> _replies = Channel.CreateBounded<Reply>(new BoundedChannelOptions(requests) { SingleReader = true });

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body) => _replies.Writer.TryWrite(new Reply(slot, status, body.ToArray()));

    /// <summary>After it has been cancelled the queue is of no more use: the reply that was awaited may be lost.</summary>
    public Task<Reply> NextAsync(CancellationToken cancellationToken) => ReadAsync().WaitAsync(cancellationToken);

    public readonly record struct Reply(int Slot, ReplyStatus Status, byte[] Body);

    // The token is not given to the channel, which would give up through the thread pool; nor is its ValueTask made a Task, which would complete there.
    private async Task<Reply> ReadAsync() => await _replies.Reader.ReadAsync(CancellationToken.None);
}
