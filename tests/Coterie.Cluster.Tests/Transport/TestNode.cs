using System.Net;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Coterie.Cluster.Tests.Transport;

/// <summary>A messenger with everything around it that a test may want to turn.</summary>
internal sealed class TestNode : IAddressBook, IEpochGate, IAsyncDisposable
{
    public TestNode(PipeNetwork network, FakeTimeProvider time, int number, TransportOptions? options = null, NodeId? id = null)
    {
        Id = id ?? IdOf(number);
        Address = AddressOf(number);
        Messenger = new Messenger(new MessengerParts
        {
            Self = Id,
            Address = Address,
            Network = network,
            Time = time,
            Random = new Random(number),
            Logger = NullLogger.Instance,
            Broken = Broken.Add,
            Options = options ?? new TransportOptions(),
        });
        for (var other = 1; other <= 3; other++)
        {
            Book[IdOf(other)] = AddressOf(other);
        }
    }

    public NodeId Id { get; }

    public IPEndPoint Address { get; }

    public Messenger Messenger { get; }

    public Dictionary<NodeId, IPEndPoint> Book { get; } = [];

    public List<Exception> Broken { get; } = [];

    public ClusterId ClusterId { get; set; } = new(new Guid(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));

    public Epoch Current { get; set; } = new(1);

    /// <summary>What catching up does; nothing unless a test says so.</summary>
    public Func<NodeId, Epoch, Task> CatchUp { get; set; } = (_, _) => Task.CompletedTask;

    public static NodeId IdOf(int number) => new(new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9));

    public static IPEndPoint AddressOf(int number) => new(new IPAddress([127, 0, 0, (byte)number]), 7000);

    public IPEndPoint? Find(NodeId node) => Book.GetValueOrDefault(node);

    public ValueTask CatchUpAsync(NodeId from, Epoch target) => new(CatchUp(from, target));

    public Task StartAsync() => Messenger.StartAsync(this, this, CancellationToken.None);

    public void Handle(Verb verb, RequestAction action) => Messenger.Register(verb, new ActionHandler(action));

    public ValueTask DisposeAsync() => Messenger.DisposeAsync();

    public delegate void RequestAction(in Request request);

    private sealed class ActionHandler(RequestAction action) : IRequestHandler
    {
        public void Handle(in Request request) => action(request);
    }
}
