using Coterie.Cluster.Transport;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Cluster.Tests.Transport;

/// <summary>What a message may cost. The budget of a client's operation, three nodes summed, is 2 KB: messages must take next to nothing of it.</summary>
[Collection(nameof(MessengerCostTests))]
[CollectionDefinition(nameof(MessengerCostTests), DisableParallelization = true)]
public sealed class MessengerCostTests
{
    private const int InFlight = 64;
    private const int Requests = 50_000;
    private const int BytesPerRequestMax = 48;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_request_and_its_answer_allocate_next_to_nothing(int target)
    {
        var network = new PipeNetwork();
        var time = new FakeTimeProvider();
        await using var one = new TestNode(network, time, 1);
        await using var two = new TestNode(network, time, 2);
        foreach (var node in new[] { one, two })
        {
            node.Handle(Verb.Read, static (in Request request) => request.Reply.Send(ReplyStatus.Ok, request.Body));
            await node.StartAsync();
        }

        await new Loop(one.Messenger, target, Requests).RunAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await new Loop(one.Messenger, target, Requests).RunAsync();
        var perRequest = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests;
        Assert.True(perRequest < BytesPerRequestMax, $"{perRequest:F1} bytes for each request");
    }

    /// <summary>So many requests, each sent when the one in its slot is answered.</summary>
    private sealed class Loop(Messenger messenger, int target, int requests) : IReplySink
    {
        private static readonly byte[] Body = new byte[100];

        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _unsent = requests;
        private int _unanswered = requests;

        public Task RunAsync()
        {
            for (var slot = 0; slot < InFlight; slot++)
            {
                SendNext(slot);
            }

            return _done.Task;
        }

        public void OnReply(int slot, ReplyStatus status, ReadOnlySpan<byte> body)
        {
            if (status != ReplyStatus.Ok)
            {
                _done.TrySetException(new InvalidOperationException($"{status}"));
            }
            else if (Interlocked.Decrement(ref _unanswered) == 0)
            {
                _done.TrySetResult();
            }
            else if (target != 1)
            {
                SendNext(slot);
            }
        }

        private void SendNext(int slot)
        {
            // A local answer comes before Send returns: a loop there, not a recursion.
            do
            {
                if (Interlocked.Decrement(ref _unsent) < 0)
                {
                    return;
                }

                messenger.Send(TestNode.IdOf(target), Verb.Read, Body, TimeSpan.FromSeconds(5), this, slot);
            }
            while (target == 1);
        }
    }
}
