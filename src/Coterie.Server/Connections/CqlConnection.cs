using System.Buffers;
using System.Net;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;
using Coterie.Server.Sessions;

namespace Coterie.Server.Connections;

/// <summary>
/// One client's connection: takes frames out of the stream as they become complete, has each answered by itself, and puts the answers
/// together for the flusher.
/// </summary>
/// <remarks>
/// Invariants. A frame is judged by its header before anything is kept of its body. Every frame that is accepted is answered exactly once.
/// A stream is free again before its answer can be read. The connection ends only after its last request has: requests hold memory and
/// places that are the connection's to give back. State: OPTIONS or STARTUP first (<see cref="Session.IsReady"/>), then everything but
/// a second STARTUP; which message may come when is decided by the dispatcher, what may come at all here.
/// </remarks>
internal sealed class CqlConnection
{
    private readonly INetworkConnection _transport;
    private readonly ConnectionServices _services;
    private readonly RequestsInFlight _requests = new();
    private readonly FrameWriter _direct = new();
    private readonly ConnectionOutput _output;
    private long _skip;
    private long _partialCharged;
    private long _partialSince;
    private bool _closing;
    private bool _dropped;
    private volatile bool _stopReading;

    public CqlConnection(INetworkConnection transport, ConnectionServices services)
    {
        _transport = transport;
        _services = services;
        _output = new ConnectionOutput(transport.Output, services.Time, services.Counters);
        OpenedAt = services.Time.GetTimestamp();
    }

    public Session Session { get; } = new();

    public long OpenedAt { get; }

    /// <summary>Broken off, and about to end.</summary>
    public bool IsDropped => Volatile.Read(ref _dropped);

    public IPEndPoint RemoteEndPoint => _transport.RemoteEndPoint;

    public TimeSpan StalledFor => _output.StalledFor();

    /// <summary>How long a large frame has been arriving; zero if none is.</summary>
    public TimeSpan ArrivingFor
    {
        get
        {
            var since = Volatile.Read(ref _partialSince);
            return since == 0 ? TimeSpan.Zero : _services.Time.GetElapsedTime(since);
        }
    }

    /// <summary>Runs until the client is gone, is refused, or <see cref="Stop"/> is called. Never throws for what the client does.</summary>
    public async Task RunAsync()
    {
        var flusher = _output.RunAsync();
        try
        {
            await ReadAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            _services.Log.ConnectionLost(RemoteEndPoint, e.Message);
        }
        finally
        {
            await _requests.WaitForNoneAsync();
            _services.Pool.Budget.Return(_partialCharged);
            _output.Finish();
            await FlushRestAsync(flusher);
            await _transport.DisposeAsync();
        }
    }

    /// <summary>Stops reading: what is in flight is answered, then the connection closes.</summary>
    public void Stop()
    {
        _stopReading = true;
        _transport.Input.CancelPendingRead();
    }

    public void Abort() => _transport.Abort();

    /// <summary>Breaks it off for what its client does. It counts once, however long it then takes to end.</summary>
    public void Drop()
    {
        if (!Interlocked.Exchange(ref _dropped, true))
        {
            _services.Counters.ConnectionDropped();
            Abort();
        }
    }

    /// <summary>Sends frames that answer nothing: events.</summary>
    public void Push(ReadOnlySpan<byte> frames) => Send(frames);

    /// <summary>The request's answer is written: it goes out, and the request goes back to its pool.</summary>
    public void Answered(ClientRequest request)
    {
        _services.Counters.Answered(request.Kind, _services.Time.GetElapsedTime(request.ArrivedAt));
        _requests.FreeStream(request.Header.Stream);

        // Between these two the client may already use the stream again; the request still counts, so the connection cannot end.
        var answer = request.Response.Written;
        var bytes = answer.Length;
        Send(answer);
        request.Release();
        _requests.End(bytes);
    }

    private async Task ReadAsync()
    {
        while (!_closing && !_stopReading)
        {
            await _output.WaitForRoomAsync();
            await _requests.WaitForRoomAsync();
            var result = await _transport.Input.ReadAsync();
            var buffer = result.Buffer;
            if (TakeFrames(ref buffer))
            {
                ChargePartial(ref buffer);
                _transport.Input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
            else
            {
                // Not looked at to its end: the next read begins here, at once. Nobody can blame the client that it waits.
                ReturnPartial();
                Volatile.Write(ref _partialSince, 0);
                _transport.Input.AdvanceTo(buffer.Start);
            }
        }
    }

    /// <summary>Takes the frames that have come. False: more may stand there, and there is no room for their answers.</summary>
    private bool TakeFrames(ref ReadOnlySequence<byte> buffer)
    {
        while (!_closing && !_stopReading)
        {
            if (!_requests.HasRoom || !_output.HasRoom)
            {
                return false;
            }

            if (!TryTakeFrame(ref buffer))
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Takes one frame from the front. False: there is none that is complete.</summary>
    private bool TryTakeFrame(ref ReadOnlySequence<byte> buffer)
    {
        if (!TrySkip(ref buffer) || buffer.Length < VersionAndStreamBytes)
        {
            return false;
        }

        Span<byte> start = stackalloc byte[FrameHeader.Size];
        start.Clear();
        buffer.Slice(0, Math.Min(buffer.Length, FrameHeader.Size)).CopyTo(start);
        if (!ProtocolVersions.IsSpoken(start[0]))
        {
            RefuseVersion(start);
            return false;
        }

        if (buffer.Length < FrameHeader.Size)
        {
            return false;
        }

        var header = FrameHeader.Read(start);
        if (!AcceptsHeader(header))
        {
            buffer = buffer.Slice(FrameHeader.Size);
            return !_closing;
        }

        if (buffer.Length - FrameHeader.Size < header.Length)
        {
            return false;
        }

        TakeRequest(header, buffer.Slice(FrameHeader.Size, header.Length));
        buffer = buffer.Slice(FrameHeader.Size + header.Length);
        return true;
    }

    /// <summary>Version, flags and stream: what an answer needs, and what the shortest frame of any version has.</summary>
    private const int VersionAndStreamBytes = 4;

    private bool TrySkip(ref ReadOnlySequence<byte> buffer)
    {
        var skipped = Math.Min(_skip, buffer.Length);
        buffer = buffer.Slice(skipped);
        _skip -= skipped;
        return _skip == 0;
    }

    private void RefuseVersion(ReadOnlySpan<byte> start)
    {
        // In v1 and v2, which no driver begins with, the stream is one byte and stands elsewhere.
        var version = start[0] & ~ProtocolVersions.ResponseBit;
        var stream = version is 1 or 2 ? (sbyte)start[2] : System.Buffers.Binary.BinaryPrimitives.ReadInt16BigEndian(start[2..]);
        Refuse(stream, ErrorCode.Protocol, ProtocolVersions.Refusal(start[0]), closes: true);
    }

    /// <summary>Judges a frame by its header. What is refused is answered, and its body is skipped as it comes, without being kept.</summary>
    private bool AcceptsHeader(in FrameHeader header)
    {
        if (header.Length < 0 || header.Stream < 0)
        {
            Refuse(Math.Max(header.Stream, (short)0), ErrorCode.Protocol, header.Length < 0
                ? $"A frame has length {header.Length}"
                : $"Invalid stream id {header.Stream}: it must be from 0 to {short.MaxValue}", closes: true);
            return false;
        }

        if (header.Length > Limits.CqlFrameBytesMax)
        {
            _skip = header.Length;
            Refuse(header.Stream, ErrorCode.Invalid, $"The request is too big: its length {header.Length} exceeds the {Limits.CqlFrameBytesMax} bytes allowed",
                closes: !Session.IsReady || header.Length > ProtocolFrameBytesMax);
            return false;
        }

        return true;
    }

    /// <summary>Of the specification. Nothing well-meant is larger, so nothing larger is worth skipping through.</summary>
    private const int ProtocolFrameBytesMax = 256 * 1024 * 1024;

    private void TakeRequest(in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        ReturnPartial();
        Volatile.Write(ref _partialSince, 0);
        var isCompressed = (header.Flags & FrameFlags.Compressed) != 0;
        if (!TryBegin(header, out var charged))
        {
            return;
        }

        var request = _services.Pool.Rent();
        request.Load(this, header, body, charged, _services.Time.GetTimestamp());
        _services.Counters.Request();
        try
        {
            if (isCompressed)
            {
                if (!Session.Compresses)
                {
                    throw new MalformedDataException("A frame is compressed, and no compression was agreed on at STARTUP");
                }

                request.Decompress();
            }
        }
        catch (MalformedDataException e)
        {
            AnswerWith(request, e);
            return;
        }

        request.Start(_services.Dispatcher);
    }

    private void AnswerWith(ClientRequest request, MalformedDataException e)
    {
        _services.Counters.Error();
        request.Response.BeginFrame(FrameFlags.None);
        CqlErrors.Write(request.Response, e);
        request.Response.EndFrame(Opcode.Error, request.Header.Stream);
        Answered(request);
    }

    /// <summary>Takes the stream, a place in flight and the bytes; or answers why not.</summary>
    private bool TryBegin(in FrameHeader header, out long charged)
    {
        charged = FrameHeader.Size + header.Length;
        var begun = _requests.Begin(header.Stream);
        if (begun == RequestsInFlight.BeginResult.StreamInUse)
        {
            Refuse(header.Stream, ErrorCode.Protocol, $"Stream {header.Stream} is in use: a request on it has not been answered", closes: true);
            return false;
        }

        if (begun == RequestsInFlight.BeginResult.TooMany)
        {
            _services.Counters.RequestOverloaded();
            Refuse(header.Stream, ErrorCode.Overloaded, $"More than {Limits.CqlRequestsPerConnectionMax} requests are in flight on this connection", closes: false);
            return false;
        }

        if (!_services.Pool.Budget.TryTake(charged))
        {
            _requests.Withdraw(header.Stream);
            _services.Counters.RequestOverloaded();
            Refuse(header.Stream, ErrorCode.Overloaded, "Too many bytes of requests are being answered by this node", closes: false);
            return false;
        }

        return true;
    }

    private void Refuse(short stream, ErrorCode code, string message, bool closes)
    {
        _services.Counters.Error();
        _direct.BeginFrame(FrameFlags.None);
        CqlErrors.Write(_direct, code, message);
        _direct.EndFrame(Opcode.Error, stream);
        Send(_direct.Written);
        _direct.Clear();
        _closing |= closes;
    }

    private void Send(ReadOnlySpan<byte> frames)
    {
        _services.Counters.Response();
        if (_output.Append(frames) == ConnectionOutput.AppendResult.OverLimit)
        {
            _services.Log.ClientDoesNotRead(RemoteEndPoint);
            Drop();
        }
    }

    /// <summary>
    /// Counts what has arrived of a frame that is not complete, so that many half-sent frames cannot fill the memory: over the budget the
    /// frame is refused and the rest of it skipped.
    /// </summary>
    private void ChargePartial(ref ReadOnlySequence<byte> buffer)
    {
        ReturnPartial();
        if (buffer.Length <= PartialBytesFree || _closing)
        {
            Volatile.Write(ref _partialSince, 0);
            return;
        }

        if (_partialSince == 0)
        {
            Volatile.Write(ref _partialSince, Math.Max(1, _services.Time.GetTimestamp()));
        }

        if (_services.Pool.Budget.TryTake(buffer.Length))
        {
            _partialCharged = buffer.Length;
            return;
        }

        Span<byte> start = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(start);
        var header = FrameHeader.Read(start);
        _services.Counters.RequestOverloaded();
        Refuse(header.Stream, ErrorCode.Overloaded, "Too many bytes of requests are being answered by this node", closes: false);
        _skip = FrameHeader.Size + (long)header.Length;
        TrySkip(ref buffer);
    }

    /// <summary>A frame that has arrived up to here is not charged: it is no more than a socket's buffer.</summary>
    private const int PartialBytesFree = 64 * 1024;

    private void ReturnPartial()
    {
        _services.Pool.Budget.Return(_partialCharged);
        _partialCharged = 0;
    }

    private async Task FlushRestAsync(Task flusher)
    {
        try
        {
            await flusher;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            _services.Log.ConnectionLost(RemoteEndPoint, e.Message);
        }
    }
}
