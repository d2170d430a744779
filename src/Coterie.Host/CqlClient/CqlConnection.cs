using System.Net;
using System.Net.Sockets;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>
/// A small client of native protocol v4, for the shell and for checks: one request at a time. The load generator has a connection of its own
/// that keeps many in flight. Not for users, who have drivers.
/// </summary>
public sealed class CqlConnection : IAsyncDisposable
{
    private const short Stream = 0;
    private const byte RequestVersion = ProtocolVersions.V4;

    private readonly Socket _socket;
    private readonly FrameWriter _frame = new();

    private CqlConnection(Socket socket) => _socket = socket;

    /// <exception cref="IOException">Nobody answers there, or what answers is not CQL.</exception>
    /// <exception cref="CqlErrorException">The server refused.</exception>
    public static async Task<CqlConnection> ConnectAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new CqlConnection(socket);
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            await connection.StartUpAsync(cancellationToken);
            return connection;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"Nobody answers at {server}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<CqlResult> QueryAsync(string statement, ConsistencyLevel level, CancellationToken cancellationToken) =>
        QueryAsync(statement, level, pageSize: 0, pagingState: null, cancellationToken);

    /// <exception cref="CqlErrorException">The server refused the statement or could not do it.</exception>
    /// <exception cref="IOException">The connection broke; whether the statement was done is unknown.</exception>
    public Task<CqlResult> QueryAsync(
        string statement, ConsistencyLevel level, int pageSize, ReadOnlyMemory<byte>? pagingState, CancellationToken cancellationToken) =>
        QueryAsync(statement, level, pageSize, pagingState, default, cancellationToken);

    /// <summary>The same, and asks for the vote of the replicas: <see cref="CqlResult.Vote"/>.</summary>
    /// <exception cref="CqlErrorException">The server refused the statement or could not do it.</exception>
    /// <exception cref="IOException">The connection broke, and whether the statement was done is unknown; or, around a <see cref="MalformedDataException"/>, the answer cannot be read.</exception>
    public Task<CqlResult> QueryWithVoteAsync(
        string statement, ConsistencyLevel level, int pageSize, ReadOnlyMemory<byte>? pagingState, CancellationToken cancellationToken) =>
        QueryAsync(statement, level, pageSize, pagingState, new PayloadRequest(0, WantsVote: true), cancellationToken);

    /// <summary>The same for any number of replicas, whole.</summary>
    /// <param name="required">How many replicas must answer; 0: as the level says.</param>
    /// <exception cref="CqlErrorException">The server refused the statement or could not do it.</exception>
    /// <exception cref="IOException">The connection broke; whether the statement was done is unknown.</exception>
    public Task<CqlResult> QueryWithVoteAsync(string statement, ConsistencyLevel level, int required, CancellationToken cancellationToken) =>
        QueryAsync(statement, level, pageSize: 0, pagingState: null, new PayloadRequest(required, WantsVote: true), cancellationToken);

    public async Task<ReadOnlyMemory<byte>> PrepareAsync(string statement, CancellationToken cancellationToken)
    {
        _frame.Clear();
        RequestFrames.WritePrepare(_frame, Stream, statement);
        var result = await ExchangeAsync(cancellationToken);
        return result.PreparedId ?? throw new IOException("The server did not prepare the statement");
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<CqlResult> QueryAsync(
        string statement, ConsistencyLevel level, int pageSize, ReadOnlyMemory<byte>? pagingState, PayloadRequest payload, CancellationToken cancellationToken)
    {
        _frame.Clear();
        RequestFrames.WriteQuery(_frame, Stream, statement, level, pageSize, pagingState, payload);
        return ExchangeAsync(cancellationToken);
    }

    private Task<CqlResult> StartUpAsync(CancellationToken cancellationToken)
    {
        RequestFrames.WriteStartup(_frame, Stream);
        return ExchangeAsync(cancellationToken);
    }

    private async Task<CqlResult> ExchangeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = _frame.Written.ToArray();
            request[0] = RequestVersion;
            await SendAllAsync(request, cancellationToken);
            var headerBytes = new byte[FrameHeader.Size];
            await ReceiveAllAsync(headerBytes, cancellationToken);
            var header = FrameHeader.Read(headerBytes);
            if (!header.IsResponse || header.Length < 0 || header.Length > Limits.PeerFrameBytesMax)
            {
                throw new IOException($"What answers at {_socket.RemoteEndPoint} does not speak CQL's native protocol v4; a node's CQL port is 9042 if it is not set");
            }

            var body = new byte[header.Length];
            await ReceiveAllAsync(body, cancellationToken);
            return ResponseFrames.Read(header, body);
        }
        catch (Exception e) when (e is SocketException or MalformedDataException)
        {
            throw new IOException(e.Message, e);
        }
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    private async Task ReceiveAllAsync(Memory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var received = await _socket.ReceiveAsync(bytes, cancellationToken);
            if (received == 0)
            {
                throw new IOException("The server closed the connection");
            }

            bytes = bytes[received..];
        }
    }
}
