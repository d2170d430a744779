using System.Runtime.CompilerServices;
using Coterie.Cql.Plans;
using Coterie.Model;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Prepared;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// From a request to its answer: which message it is, whether it may come now, and who executes it. The edge at which everything that goes
/// wrong in a request becomes its answer.
/// </summary>
internal sealed class RequestDispatcher : IRequestDispatcher
{
    private readonly ExecutionServices _services;
    private readonly SelectExecutor _select;
    private readonly ModificationExecutor _modifications;
    private readonly BatchExecutor _batches;
    private readonly SchemaExecutor _schema;

    public RequestDispatcher(ExecutionServices services)
    {
        _services = services;
        _select = new SelectExecutor(services);
        var conditional = new ConditionalExecutor(services);
        _modifications = new ModificationExecutor(services, conditional);
        _batches = new BatchExecutor(services, _modifications, conditional);
        _schema = new SchemaExecutor(services);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AnswerAsync(ClientRequest request)
    {
        try
        {
            await DispatchAsync(request);
        }
        catch (Exception e)
        {
            Fail(request, e);
        }
    }

    private ValueTask DispatchAsync(ClientRequest request)
    {
        var body = new BodyReader(request.Body);
        if ((request.Header.Flags & FrameFlags.CustomPayload) != 0)
        {
            request.Payload = PayloadRequest.Read(ref body);
        }

        var opcode = request.Header.Opcode;
        if (!request.Session.IsReady && opcode is not (Opcode.Startup or Opcode.Options))
        {
            throw ClientErrorException.Protocol($"Unexpected message {NameOf(opcode)}, expecting STARTUP or OPTIONS");
        }

        switch (opcode)
        {
            case Opcode.Execute:
                return ExecuteAsync(request, ref body);
            case Opcode.Query:
                return QueryAsync(request, ref body);
            case Opcode.Batch:
                return BatchAsync(request, ref body);
            case Opcode.Prepare:
                Prepare(request, ref body);
                break;
            case Opcode.Register:
                Register(request, ref body);
                break;
            case Opcode.Options:
                Answer.Begin(request);
                SupportedMessage.Write(request.Response);
                Answer.End(request, Opcode.Supported);
                break;
            case Opcode.Startup:
                Startup(request, ref body);
                break;
            default:
                throw ClientErrorException.Protocol($"Unexpected message {NameOf(opcode)}: it is not one that clients send, or not one that was asked for");
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask ExecuteAsync(ClientRequest request, ref BodyReader body)
    {
        var id = body.ReadShortBytes();
        request.Parameters.Read(ref body, request.Values);
        request.IsParsed = true;
        var prepared = _services.Prepared.Find(id.Span) ?? throw new UnpreparedException(id);
        var compiled = prepared.ForExecution(_services.Compiler) ?? throw new UnpreparedException(id);
        return RunAsync(request, new StatementContext(
            compiled, prepared, prepared.Text, prepared.Keyspace, ValueBinding.InOrder(request, compiled.Plan.Markers)));
    }

    private ValueTask QueryAsync(ClientRequest request, ref BodyReader body)
    {
        var text = body.ReadLongString(Limits.StatementBytesMax);
        request.Parameters.Read(ref body, request.Values);
        request.IsParsed = true;
        var keyspace = request.Session.Keyspace;
        var compiled = _services.Compiler.Compile(text, keyspace);
        return RunAsync(request, new StatementContext(compiled, null, text, keyspace, ValueBinding.InOrder(request, compiled.Plan.Markers)));
    }

    private ValueTask BatchAsync(ClientRequest request, ref BodyReader body)
    {
        var kind = BatchMessage.Read(ref body, request.Statements, request.Values, request.Parameters);
        request.IsParsed = true;
        request.Kind = RequestKind.Write;
        return _batches.ExecuteMessageAsync(request, kind);
    }

    private ValueTask RunAsync(ClientRequest request, in StatementContext statement)
    {
        switch (statement.Compiled.Plan)
        {
            case SelectPlan:
                request.Kind = RequestKind.Read;
                return _select.ExecuteAsync(request, statement);
            case ModificationPlan:
                request.Kind = RequestKind.Write;
                return _modifications.ExecuteAsync(request, statement);
            case BatchPlan:
                request.Kind = RequestKind.Write;
                return _batches.ExecuteTextAsync(request, statement);
            case SchemaPlan schema:
                return _schema.ChangeAsync(request, schema);
            case UsePlan use:
                _schema.Use(request, use);
                return ValueTask.CompletedTask;
            default:
                throw new BrokenRequestException($"nothing executes a {statement.Compiled.Plan.GetType().Name}");
        }
    }

    private void Prepare(ClientRequest request, ref BodyReader body)
    {
        var text = body.ReadLongString(Limits.StatementBytesMax);
        request.IsParsed = true;
        var keyspace = request.Session.Keyspace;
        var id = PreparedId.Of(keyspace, text);
        Span<byte> idBytes = stackalloc byte[PreparedId.Size];
        id.Write(idBytes);
        var prepared = _services.Prepared.Find(idBytes)
            ?? _services.Prepared.Add(new PreparedStatement(id, keyspace, text, _services.Compiler.Compile(text, keyspace)));
        var compiled = prepared.ForPreparation(_services.Compiler);
        Answer.Begin(request);
        PreparedMessage.Write(request.Response, idBytes, compiled.Markers, compiled.Plan.PartitionKeyMarkers.AsSpan(), compiled.Columns);
        Answer.End(request, Opcode.Result);
    }

    private static void Register(ClientRequest request, ref BodyReader body)
    {
        request.Session.Events |= RegisterMessage.Read(ref body);
        Answer.Begin(request);
        Answer.End(request, Opcode.Ready);
    }

    private static void Startup(ClientRequest request, ref BodyReader body)
    {
        if (request.Session.IsReady)
        {
            throw ClientErrorException.Protocol("Unexpected message STARTUP: the connection has been started");
        }

        var startup = StartupMessage.Read(ref body);
        if (startup.CqlVersion is null)
        {
            throw ClientErrorException.Protocol("Missing value CQL_VERSION in STARTUP message");
        }

        if (startup.Compression is { } compression && !compression.Equals(Lz4Body.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw ClientErrorException.Protocol($"Unknown compression algorithm: {compression}; {Lz4Body.Name} is supported");
        }

        request.Session.Start(startup.Compression is not null, $"{startup.DriverName} {startup.DriverVersion}".Trim());
        Answer.Begin(request);
        Answer.End(request, Opcode.Ready);
    }

    private void Fail(ClientRequest request, Exception e)
    {
        _services.Counters.Error();
        if (e is MalformedDataException && request.IsParsed)
        {
            // The message was well formed, so the damage is here and not the client's.
            e = new BrokenRequestException(e.Message);
        }

        if (CqlErrors.IsUnexpected(e))
        {
            _services.Log.RequestFailed(e);
        }

        Answer.Error(request, e);
        if (e is BrokenInvariantException)
        {
            _services.Fatal(e);
        }
    }

    private static string NameOf(Opcode opcode) =>
        Enum.IsDefined(opcode) ? opcode.ToString().ToUpperInvariant() : $"0x{(byte)opcode:X2}";
}
