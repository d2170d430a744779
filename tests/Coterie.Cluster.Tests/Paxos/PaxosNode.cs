using Coterie.Cluster.Consensus.Paxos;
using Coterie.Cluster.Tests.Ring;
using Coterie.Model.Quorum;

namespace Coterie.Cluster.Tests.Paxos;

/// <summary>
/// One simulated node: an acceptor, a learner and a proposer that wants some changes decided. Its disk takes time, completes writes in
/// order, and is all that a crash leaves; replies wait for it.
/// </summary>
internal sealed class PaxosNode(PaxosWorld world, int number, int changesWanted)
{
    private readonly Dictionary<int, AcceptorState> _disk = [];
    private readonly List<int> _log = [];
    private Dictionary<int, AcceptorState> _memory = [];
    private Proposer? _proposer;
    private int _changesLeft = changesWanted;
    private int _change;
    private int _epoch;
    private int _life;
    private int _phase;
    private int _diskFreeAt;

    public bool IsUp { get; private set; }

    public bool IsDone => _changesLeft == 0 && _change == 0;

    public IReadOnlyList<int> Log => _log;

    public void Start()
    {
        IsUp = true;
        _life++;
        _memory = new Dictionary<int, AcceptorState>(_disk);
        NextChange();
    }

    /// <summary>A change that was under way is forgotten, as its client would forget it: it may or may not be decided.</summary>
    public void Crash()
    {
        IsUp = false;
        _life++;
        _proposer = null;
        _change = 0;
        _diskFreeAt = 0;
    }

    private void NextChange()
    {
        if (_change == 0 && _changesLeft > 0)
        {
            _changesLeft--;
            _change = world.NewChange();
            Later(world.Random.Next(1, 60), Propose);
        }
    }

    private void Propose()
    {
        if (_change == 0)
        {
            return;
        }

        if (_epoch != _log.Count + 1 || _proposer is null)
        {
            _epoch = _log.Count + 1;
            var quorum = ReplicaCounts.Majority(world.Acceptors) - (world.Fault == PlantedFault.QuorumOffByOne ? 1 : 0);
            _proposer = new Proposer(TestNodes.Id(number + 1), world.Acceptors, quorum, BitConverter.GetBytes(_change), 0);
        }

        Act(_proposer.Begin());
    }

    private void Act(ProposerOutput output)
    {
        switch (output)
        {
            case ProposerOutput.SendPrepare:
                SendToAll((epoch, ballot, _) => acceptor => acceptor.OnPrepare(number, epoch, ballot));
                break;
            case ProposerOutput.SendAccept:
                SendToAll((epoch, ballot, value) => acceptor => acceptor.OnAccept(number, epoch, ballot, value));
                break;
            case ProposerOutput.Decided:
                var (decidedEpoch, decided) = (_epoch, BitConverter.ToInt32(_proposer!.Value.Span));
                Learn(decidedEpoch, decided, byMe: true);
                for (var i = 0; i < world.Acceptors && world.Announces(); i++)
                {
                    world.Send(number, i, node => node.Learn(decidedEpoch, decided));
                }

                break;
            case ProposerOutput.Failed:
                _phase++;
                Later(world.Random.Next(1, 200), RetryIf(_phase));
                break;
            default:
                break;
        }
    }

    private void SendToAll(Func<int, Ballot, ReadOnlyMemory<byte>, Action<PaxosNode>> message)
    {
        var deliver = message(_epoch, _proposer!.Ballot, _proposer.Value);
        for (var i = 0; i < world.Acceptors; i++)
        {
            world.Send(number, i, deliver);
        }

        var phase = ++_phase;
        Later(150, () => TimeOut(phase));
    }

    private void TimeOut(int phase)
    {
        for (var i = 0; i < world.Acceptors && phase == _phase; i++)
        {
            Act(_proposer!.OnNoAnswer(i));
        }
    }

    private Action RetryIf(int phase) => () =>
    {
        if (phase == _phase)
        {
            Propose();
        }
    };

    private void OnPrepare(int from, int epoch, Ballot ballot)
    {
        if (AnswerDecided(from, epoch))
        {
            return;
        }

        var before = _memory.GetValueOrDefault(epoch);
        var shown = world.Fault == PlantedFault.PromisesSameBallotTwice && before.Promised == ballot
            ? before with { Promised = Ballot.None }
            : before;
        var (after, reply) = Acceptor.Prepare(shown, ballot);
        Remember(epoch, after, durable: world.Fault != PlantedFault.PromiseNotPersisted, () => world.Send(number, from, node => node.OnPrepareReply(number, epoch, reply)));
    }

    private void OnAccept(int from, int epoch, Ballot ballot, ReadOnlyMemory<byte> value)
    {
        if (AnswerDecided(from, epoch))
        {
            return;
        }

        var before = _memory.GetValueOrDefault(epoch);
        var shown = world.Fault == PlantedFault.IgnoresHigherPromise ? before with { Promised = Ballot.None } : before;
        var (after, reply) = Acceptor.Accept(shown, ballot, value);
        Remember(epoch, after, durable: world.Fault != PlantedFault.AcceptedNotPersisted, () => world.Send(number, from, node => node.OnAcceptReply(number, epoch, reply)));
    }

    private bool AnswerDecided(int from, int epoch)
    {
        if (epoch > _log.Count)
        {
            return false;
        }

        var entry = _log[epoch - 1];
        world.Send(number, from, node => node.Learn(epoch, entry));
        return true;
    }

    private void Remember(int epoch, AcceptorState state, bool durable, Action reply)
    {
        _memory[epoch] = state;
        if (!durable)
        {
            reply();
            return;
        }

        _diskFreeAt = Math.Max(_diskFreeAt, world.Now + world.Random.Next(1, world.Random.Next(5) == 0 ? 300 : 20));
        Later(_diskFreeAt - world.Now, () =>
        {
            _disk[epoch] = state;
            reply();
        });
    }

    private void OnPrepareReply(int acceptor, int epoch, PrepareReply reply)
    {
        if (_proposer is not null && epoch == _epoch)
        {
            Act(_proposer.OnPrepareReply(acceptor, world.Fault == PlantedFault.IgnoresAcceptedValue ? reply with { Accepted = Ballot.None } : reply));
        }
    }

    private void OnAcceptReply(int acceptor, int epoch, AcceptReply reply)
    {
        if (_proposer is not null && epoch == _epoch)
        {
            Act(_proposer.OnAcceptReply(acceptor, reply));
        }
    }

    private void Learn(int epoch, int entry, bool byMe = false)
    {
        world.Learned(epoch, entry);
        if (epoch != _log.Count + 1)
        {
            return;
        }

        _log.Add(entry);
        if (entry == _change && (byMe || world.Fault != PlantedFault.ForgetsOwnEntry))
        {
            world.Acknowledged(entry, epoch);
            _proposer = null;
            _phase++;
            _change = 0;
            NextChange();
        }
        else if (_change != 0)
        {
            _proposer = null;
            Later(world.Random.Next(1, 200), RetryIf(++_phase));
        }
    }

    /// <summary>Nothing that was begun before a crash goes on after it.</summary>
    private void Later(int delay, Action action)
    {
        var life = _life;
        world.After(delay, () =>
        {
            if (life == _life)
            {
                action();
            }
        });
    }
}
