using Coterie.Cluster.Transport;
using Coterie.Model.Ids;

namespace Coterie.Coordinator.Hints;

/// <summary>One request and its reply, awaited. For what happens seldom; the data path has pooled objects instead.</summary>
internal sealed class OneReply : IReplySink
{
    // Continuations must not run on the thread that brought the reply, which may be the writer loop.
    private readonly TaskCompletionSource<(ReplyStatus Status, byte[] Body)> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OneReply()
    {
    }

    public static Task<(ReplyStatus Status, byte[] Body)> AskAsync(
        IMessenger messenger, NodeId target, Verb verb, ReadOnlySpan<byte> body, TimeSpan timeout)
    {
        var reply = new OneReply();
        messenger.Send(target, verb, body, timeout, reply, 0);
        return reply._reply.Task;
    }

    public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body) => _reply.TrySetResult((status, body.ToArray()));
}
