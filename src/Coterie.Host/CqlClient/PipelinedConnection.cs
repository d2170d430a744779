using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>
/// One connection with many requests in flight, each awaited by itself: what a driver has to each node. Safe from any thread. Once it has broken it stays
/// broken, and everything in flight fails with an <see cref="IOException"/>.
/// </summary>
public sealed class PipelinedConnection : IAsyncDisposable
{
    /// <summary>Requests in flight; a request that its caller has given up counts until it is answered.</summary>
    public const int InFlightMax = 4_096;

    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<CqlResult>?[] _awaited = new TaskCompletionSource<CqlResult>?[InFlightMax];
    private readonly Stack<short> _free = new(Enumerable.Range(0, InFlightMax).Reverse().Select(static stream => (short)stream));
    private readonly FrameWriter _frame = new();
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _prepared = new(StringComparer.Ordinal);
    private readonly Task _receiving;
    private byte[]? _unsent;
    private bool _isSending;
    private Exception? _broken;

    private PipelinedConnection(Socket socket)
    {
        _socket = socket;
        _receiving = ReceiveAsync();
    }

    /// <summary>Completes when the connection has broken or has been closed.</summary>
    public Task Closed => _receiving;

    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return InFlightMax - _free.Count;
            }
        }
    }

    /// <exception cref="IOException">Nobody answers there, or what answers is not CQL.</exception>
    public static async Task<PipelinedConnection> ConnectAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException ? new IOException($"Nobody answers at {server}: {e.Message}", e) : e;
        }

        var connection = new PipelinedConnection(socket);
        try
        {
            await connection.Send(RequestFrames.WriteStartup).WaitAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Prepares the statement here once.</summary>
    /// <param name="timestamp">Microseconds: when it was written, by the client's clock.</param>
    /// <exception cref="CqlErrorException">The server refused the statement or could not do it.</exception>
    /// <exception cref="IOException">The connection broke; whether the statement was done is unknown.</exception>
    public async Task<CqlResult> ExecuteAsync(CqlStatement statement, ConsistencyLevel level, long timestamp)
    {
        try
        {
            return await ExecuteAsync(await PreparedAsync(statement.Text), statement, level, timestamp);
        }
        catch (CqlErrorException e) when (e.Code == CqlErrorException.Unprepared)
        {
            // The server keeps so many, and has put this one out.
            _prepared.TryRemove(statement.Text, out _);
            return await ExecuteAsync(await PreparedAsync(statement.Text), statement, level, timestamp);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving;
    }

    private Task<CqlResult> ExecuteAsync(ReadOnlyMemory<byte> id, CqlStatement statement, ConsistencyLevel level, long timestamp) =>
        Send((frame, stream) => RequestFrames.WriteExecute(frame, stream, id.Span, level, statement.Values, timestamp));

    private async Task<ReadOnlyMemory<byte>> PreparedAsync(string text)
    {
        if (_prepared.TryGetValue(text, out var known))
        {
            return known;
        }

        var result = await Send((frame, stream) => RequestFrames.WritePrepare(frame, stream, text));
        var id = result.PreparedId ?? throw new IOException("The server did not prepare the statement");
        _prepared[text] = id;
        return id;
    }

    private Task<CqlResult> Send(Action<FrameWriter, short> write)
    {
        var answer = new TaskCompletionSource<CqlResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_broken is { } broken)
            {
                return Task.FromException<CqlResult>(new IOException(broken.Message, broken));
            }

            if (!_free.TryPop(out var stream))
            {
                return Task.FromException<CqlResult>(new IOException($"{InFlightMax} requests are in flight already"));
            }

            _awaited[stream] = answer;
            _frame.Clear();
            write(_frame, stream);
            var request = _frame.Written.ToArray();
            request[0] = ProtocolVersions.V4;
            _unsent = _unsent is null ? request : [.. _unsent, .. request];
            if (_isSending)
            {
                return answer.Task;
            }

            _isSending = true;
        }

        // What happens to it comes out of the answer: a connection that cannot be written to cannot be read from.
        _ = SendUnsentAsync();
        return answer.Task;
    }

    private async Task SendUnsentAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes;
                lock (_gate)
                {
                    if (_unsent is null)
                    {
                        _isSending = false;
                        return;
                    }

                    bytes = _unsent;
                    _unsent = null;
                }

                while (!bytes.IsEmpty)
                {
                    bytes = bytes[await _socket.SendAsync(bytes)..];
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Break(e);
        }
    }

    private async Task ReceiveAsync()
    {
        try
        {
            var headerBytes = new byte[FrameHeader.Size];
            while (true)
            {
                await ReceiveAllAsync(headerBytes);
                var header = FrameHeader.Read(headerBytes);
                if (!header.IsResponse || header.Length < 0 || header.Length > Limits.PeerFrameBytesMax)
                {
                    throw new IOException("What answers does not speak CQL's native protocol v4");
                }

                var body = new byte[header.Length];
                await ReceiveAllAsync(body);
                Answer(header, body);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or MalformedDataException)
        {
            Break(e);
        }
    }

    private void Answer(FrameHeader header, byte[] body)
    {
        TaskCompletionSource<CqlResult>? answer = null;
        lock (_gate)
        {
            if (header.Stream is >= 0 and < InFlightMax)
            {
                (answer, _awaited[header.Stream]) = (_awaited[header.Stream], null);
            }

            if (answer is null)
            {
                throw new IOException($"The server answered what nobody asked, on stream {header.Stream}");
            }

            _free.Push(header.Stream);
        }

        try
        {
            answer.SetResult(ResponseFrames.Read(header, body));
        }
        catch (CqlErrorException e)
        {
            answer.SetException(e);
        }
        catch (Exception e)
        {
            answer.SetException(new IOException(e.Message, e));
            throw;
        }
    }

    private void Break(Exception reason)
    {
        List<TaskCompletionSource<CqlResult>> unanswered;
        lock (_gate)
        {
            _broken ??= reason;
            unanswered = [.. _awaited.OfType<TaskCompletionSource<CqlResult>>()];
            Array.Clear(_awaited);
        }

        foreach (var answer in unanswered)
        {
            answer.TrySetException(new IOException(reason.Message, reason));
        }

        _socket.Dispose();
    }

    private async Task ReceiveAllAsync(Memory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var received = await _socket.ReceiveAsync(bytes);
            if (received == 0)
            {
                throw new IOException("The server closed the connection");
            }

            bytes = bytes[received..];
        }
    }
}
