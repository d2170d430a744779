using System.Net;
using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Time;
using Coterie.Simulator.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coterie.Simulation.Transport;

/// <summary>The transport and the failure detector of one node, alone, on a simulated machine. Answers reads with their own body.</summary>
internal sealed class TransportNode : IMetadataView, IEpochGate, IRequestHandler
{
    public const int Nodes = 3;

    public TransportNode(Simulator.Kernel.Simulation simulation, SimulatedProcess process, int number)
    {
        Id = IdOf(number);
        Current = Metadata();
        Messenger = new Messenger(new MessengerParts
        {
            Self = Id,
            Address = AddressOf(number),
            Network = process.Network,
            Time = process.Time,
            Random = simulation.RandomStream($"{process.Name} messenger"),
            Logger = NullLogger.Instance,
            Broken = exception => throw exception,
        });
        Liveness = new LivenessMonitor(new LivenessParts
        {
            Self = Id,
            Messenger = Messenger,
            Links = Messenger,
            Metadata = this,
            Clock = new HybridClock(process.Time, 0),
            Time = process.Time,
            Random = simulation.RandomStream($"{process.Name} liveness"),
            Logger = NullLogger.Instance,
        });
        Messenger.Register(Verb.Heartbeat, Liveness);
        Messenger.Register(Verb.Read, this);
    }

    public event Action<ClusterMetadata, ClusterMetadata>? Changed
    {
        add { }
        remove { }
    }

    public NodeId Id { get; }

    public Messenger Messenger { get; }

    public LivenessMonitor Liveness { get; }

    public ClusterMetadata Current { get; }

    Epoch IEpochGate.Current => new(1);

    public static NodeId IdOf(int number) => new(new Guid(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9));

    public static IPEndPoint AddressOf(int number) => new(new IPAddress([10, 0, 0, (byte)number]), 7000);

    public async Task StartAsync()
    {
        await Messenger.StartAsync(this, new MetadataAddressBook(this), CancellationToken.None);
        Liveness.Start();
    }

    public ValueTask CatchUpAsync(NodeId from, Epoch target) => ValueTask.CompletedTask;

    public void Handle(in Request request) => request.Reply.Send(ReplyStatus.Ok, request.Body);

    private static ClusterMetadata Metadata()
    {
        var nodes = ClusterMetadata.Empty.Nodes;
        for (var number = 1; number <= Nodes; number++)
        {
            var info = new NodeInfo(IdOf(number), AddressOf(number), AddressOf(number), AddressOf(number), "dc1", "r1", []);
            nodes = nodes.Add(info.Id, info);
        }

        return ClusterMetadata.Empty with { Epoch = new Epoch(1), ClusterId = new ClusterId(new Guid(7, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8)), Nodes = nodes };
    }
}
