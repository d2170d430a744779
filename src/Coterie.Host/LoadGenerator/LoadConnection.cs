using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Coterie.Host.CqlClient;
using Coterie.Model;
using Coterie.Server.Protocol;

namespace Coterie.Host.LoadGenerator;

/// <summary>
/// One connection with many requests in flight, driven by the one thread of <see cref="LoadLoop"/>. What is sent between two waits goes out
/// in one system call.
/// </summary>
internal sealed class LoadConnection
{
    private const int ReceiveBytes = 256 * 1024;

    private readonly IPEndPoint _server;
    private readonly long[] _startedAt;
    private readonly short[] _free;
    private byte[] _received = new byte[ReceiveBytes];
    private byte[] _sending = new byte[64 * 1024];
    private int _receivedBytes;
    private int _sendingBytes;
    private int _freeCount;
    private Socket? _socket;

    public LoadConnection(IPEndPoint server, int inFlight)
    {
        _server = server;
        _startedAt = new long[inFlight];
        _free = new short[inFlight];
        FreeAll();
    }

    public Socket? Socket => _socket;

    public bool HasFreeStream => _freeCount > 0 && _socket is not null;

    public bool HasUnsent => _sendingBytes > 0;

    public int InFlight => _startedAt.Length - _freeCount;

    /// <summary>Connects and starts up, blocking.</summary>
    /// <exception cref="IOException">It did not work.</exception>
    public void Connect()
    {
        var socket = new Socket(_server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 5_000 };
        try
        {
            socket.Connect(_server);
            var startup = new FrameWriter();
            RequestFrames.WriteStartup(startup, stream: 0);
            var bytes = startup.Written.ToArray();
            bytes[0] = ProtocolVersions.V4;
            socket.Send(bytes);
            ReceiveReady(socket);
            socket.Blocking = false;
            _socket = socket;
            _receivedBytes = 0;
            _sendingBytes = 0;
            FreeAll();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            throw new IOException($"{_server}: {e.Message}", e);
        }
    }

    /// <summary>Drops the connection; returns how many requests were in flight on it.</summary>
    public int Close()
    {
        var lost = InFlight;
        _socket?.Dispose();
        _socket = null;
        FreeAll();
        return lost;
    }

    public void Enqueue(RequestTemplate template, long key, ulong seed, long startedAt)
    {
        var stream = _free[--_freeCount];
        _startedAt[stream] = startedAt;
        if (_sending.Length - _sendingBytes < template.Length)
        {
            Array.Resize(ref _sending, Math.Max(_sending.Length * 2, _sendingBytes + template.Length));
        }

        template.Write(_sending.AsSpan(_sendingBytes, template.Length), stream, key, seed);
        _sendingBytes += template.Length;
    }

    /// <summary>Sends what the kernel takes.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public void Flush()
    {
        if (_sendingBytes == 0)
        {
            return;
        }

        var sent = _socket!.Send(_sending.AsSpan(0, _sendingBytes), SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new IOException($"{_server}: {error}");
        }

        _sending.AsSpan(sent, _sendingBytes - sent).CopyTo(_sending);
        _sendingBytes -= sent;
    }

    /// <summary>Reads what has arrived and hands each answer to <paramref name="answered"/>.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public void Receive(AnswerHandler answered)
    {
        var count = _socket!.Receive(_received.AsSpan(_receivedBytes), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || count == 0)
        {
            throw new IOException($"{_server}: {(count == 0 ? "closed" : error)}");
        }

        _receivedBytes += count;
        var at = 0;
        while (_receivedBytes - at >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(_received.AsSpan(at));
            var length = FrameHeader.Size + header.Length;
            if (header.Length < 0 || header.Length > Limits.CqlFrameBytesMax)
            {
                throw new IOException($"{_server}: not a CQL frame");
            }

            if (_receivedBytes - at < length)
            {
                MakeRoom(length);
                break;
            }

            Answer(header, _received.AsSpan(at + FrameHeader.Size, header.Length), answered);
            at += length;
        }

        _received.AsSpan(at, _receivedBytes - at).CopyTo(_received);
        _receivedBytes -= at;
    }

    private void Answer(FrameHeader header, ReadOnlySpan<byte> body, AnswerHandler answered)
    {
        if (header.Stream < 0 || header.Stream >= _startedAt.Length)
        {
            return;
        }

        _free[_freeCount++] = header.Stream;
        answered(_startedAt[header.Stream], header.Opcode == Opcode.Error ? BinaryPrimitives.ReadInt32BigEndian(body) : null);
    }

    private void MakeRoom(int frameLength)
    {
        if (frameLength > _received.Length)
        {
            Array.Resize(ref _received, frameLength);
        }
    }

    private void FreeAll()
    {
        _freeCount = _free.Length;
        for (var i = 0; i < _free.Length; i++)
        {
            _free[i] = (short)i;
        }
    }

    private static void ReceiveReady(Socket socket)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        for (var at = 0; at < header.Length;)
        {
            var count = socket.Receive(header[at..]);
            at += count > 0 ? count : throw new IOException("closed");
        }

        var answer = FrameHeader.Read(header);
        if (answer.Opcode is not (Opcode.Ready or Opcode.Startup))
        {
            throw new IOException($"answered {answer.Opcode} to STARTUP");
        }

        // READY has no body; the raw echo of the limit gives STARTUP back as it was.
        var rest = new byte[answer.Length];
        for (var at = 0; at < rest.Length;)
        {
            at += socket.Receive(rest.AsSpan(at));
        }
    }
}

/// <param name="error">The error code, or null for success.</param>
internal delegate void AnswerHandler(long startedAt, int? error);
