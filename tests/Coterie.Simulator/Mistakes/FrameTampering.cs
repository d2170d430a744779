using System.Buffers;
using Coterie.Cluster.Transport;
using Coterie.Simulator.Kernel;

namespace Coterie.Simulator.Mistakes;

/// <summary>What a mistake makes of a frame between nodes. <paramref name="verb"/> is what the request asked for, also for a reply.</summary>
public delegate (PeerFrameHeader Header, byte[] Body) FrameChange(Verb verb, PeerFrameHeader header, byte[] body);

/// <summary>Cuts what two nodes send each other into frames, and lets a mistake change them. Handshakes pass as they are.</summary>
public sealed class FrameTampering(FrameChange change) : IStreamTampering
{
    private readonly Dictionary<ulong, Verb> _asked = [];
    private readonly Half _toServer = new();
    private readonly Half _toClient = new();

    public byte[] ToServer(byte[] chunk) => _toServer.Pass(chunk, Change);

    public byte[] ToClient(byte[] chunk) => _toClient.Pass(chunk, Change);

    private (PeerFrameHeader Header, byte[] Body) Change(PeerFrameHeader header, byte[] body)
    {
        if (header.Kind == PeerFrameKind.Request)
        {
            _asked[header.RequestId] = (Verb)header.Code;
            return change((Verb)header.Code, header, body);
        }

        return _asked.Remove(header.RequestId, out var verb) ? change(verb, header, body) : (header, body);
    }

    private sealed class Half
    {
        private readonly List<byte> _waiting = [];
        private bool _greeted;

        public byte[] Pass(byte[] chunk, Func<PeerFrameHeader, byte[], (PeerFrameHeader Header, byte[] Body)> change)
        {
            _waiting.AddRange(chunk);
            var passed = new ArrayBufferWriter<byte>();
            while (Size() is var size and > 0 && _waiting.Count >= size)
            {
                var piece = _waiting.GetRange(0, size).ToArray();
                _waiting.RemoveRange(0, size);
                if (_greeted)
                {
                    var (header, body) = change(PeerFrame.Read(piece, out var content), content.ToArray());
                    var written = PeerFrame.Write(passed.GetSpan(PeerFrame.HeaderBytes + body.Length), header, body);
                    passed.Advance(written);
                }
                else
                {
                    passed.Write(piece);
                    _greeted = true;
                }
            }

            return passed.WrittenSpan.ToArray();
        }

        private int Size() => _greeted ? PeerFrame.SizeOf(new ReadOnlySequence<byte>(_waiting.ToArray())) : Handshake.EncodedBytes;
    }
}
